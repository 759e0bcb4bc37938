-- 11 groups
-- reads   claims, decided (10)
-- does    brings the claims of one person together: by the register's person where the claim is matched or the
--         proposal is sure, else by what the claim itself says of the person (number, or name and birth date)
-- writes  claim, group_no (the register's person_no, or -1 - the first claim that says the same), said (a number for
--         each different way in which the person of a group is written down, from 1)
SELECT
    claim,
    group_no,
    dense_rank() OVER (PARTITION BY group_no ORDER BY said_number NULLS LAST, name_key NULLS LAST, birth_date NULLS LAST,
        sex NULLS LAST, phone NULLS LAST) AS said
FROM (
    SELECT
        c.claim, c.name_key, c.birth_date, c.sex, c.phone,
        coalesce(c.number12, c.number9, c.passport, c.digits) AS said_number,
        CASE
            WHEN d.sure THEN d.person_no
            WHEN coalesce(c.number12, c.number9, c.passport) IS NULL AND (c.name_key IS NULL OR c.birth_date IS NULL)
                THEN -1 - c.claim
            ELSE -1 - min(CASE WHEN d.sure THEN NULL ELSE c.claim END) OVER (PARTITION BY d.sure,
                coalesce(c.number12, c.number9, c.passport, concat_ws('|', c.name_key, c.birth_date, c.phone)))
        END AS group_no
    FROM claims AS c
    JOIN decided AS d ON c.claim = d.claim
) AS grouped
