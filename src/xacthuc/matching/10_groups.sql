-- 10 groups
-- reads   claims, decided (09)
-- does    brings the claims of one person together: by the register's person where the claim is matched or the
--         proposal is sure, else by what the claim itself says of the person (number, or name and birth date)
-- writes  claim, group_no: the register's person_no, or -1 - the first claim that says the same
SELECT claim, person_no AS group_no
FROM decided
WHERE sure
UNION ALL
SELECT
    c.claim,
    CASE
        WHEN c.passport IS NULL AND c.number12 IS NULL AND c.number9 IS NULL
            AND (c.name_key IS NULL OR c.birth_date IS NULL) THEN -1 - c.claim
        ELSE -1 - min(c.claim) OVER (
            PARTITION BY coalesce(c.number12, c.number9, c.passport, concat_ws('|', c.name_key, c.birth_date, c.phone))
        )
    END AS group_no
FROM claims AS c
JOIN decided AS d ON c.claim = d.claim
WHERE NOT d.sure
