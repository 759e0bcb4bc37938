-- 04 tied: run on the claims that are asked again, and once more on those and what is tied to them
-- reads   asked (clean rows), decided (matching 09 for them), claims and earlier (clean rows and decided of the earlier run)
-- does    finds the earlier claims that may be the same people's: they mean or meant the same person, bear the same
--         number, or, where there is no person or no number, have the same name and birth date
-- writes  claim, without those asked
WITH said AS (
    SELECT
        a.claim, a.name_fold, a.birth_date,
        coalesce(a.number12, a.number9, a.passport) AS number,
        d.person_no,
        e.claim IS NOT NULL AS known,
        e.person_no AS earlier_person
    FROM asked AS a
    JOIN decided AS d ON a.claim = d.claim
    LEFT JOIN earlier AS e ON a.claim = e.claim
)
SELECT DISTINCT found.claim AS claim
FROM (
    SELECT e.claim
    FROM earlier AS e
    JOIN (
        SELECT person_no FROM said
        UNION
        SELECT earlier_person AS person_no FROM said
    ) AS p ON e.person_no = p.person_no
    UNION ALL
    SELECT c.claim
    FROM claims AS c
    JOIN (SELECT DISTINCT number AS number FROM said) AS n ON coalesce(c.number12, c.number9, c.passport) = n.number
    UNION ALL
    SELECT c.claim
    FROM claims AS c
    JOIN (
        SELECT DISTINCT name_fold AS name_fold, birth_date AS birth_date
        FROM said
        WHERE number IS NULL OR person_no IS NULL OR known AND earlier_person IS NULL
    ) AS n ON c.name_fold = n.name_fold AND c.birth_date = n.birth_date
) AS found
LEFT JOIN asked AS a ON found.claim = a.claim
WHERE a.claim IS NULL
