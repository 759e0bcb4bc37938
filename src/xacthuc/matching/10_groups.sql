-- 10 groups
-- reads   claims, decided (09)
-- does    brings the claims together that say the same of a person (number, or name and birth date); where the claim is
--         matched or the proposal is sure, the register's person does so already
-- writes  claim, group_no: -1 - the first claim that says the same; no row where decided is sure, for there the group
--         is person_no
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
