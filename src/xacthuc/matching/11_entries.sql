-- 11 entries
-- reads   claims, decided (09), groups (10)
-- does    says of every dose that was given whose it surely is (the group) and whose it may be: the same proposal, or the
--         same name and birth date of nobody registered; and what tells entries of one person apart
-- writes  claim, group_no, who, dose_no, day_no
WITH nobody AS (
    SELECT c.claim, -1 - min(c.claim) OVER (PARTITION BY c.name_fold, c.birth_date) AS who
    FROM claims AS c
    JOIN decided AS d ON c.claim = d.claim
    WHERE d.person_no IS NULL AND c.given AND c.refused IS NULL AND c.name_fold IS NOT NULL AND c.birth_date IS NOT NULL
),
unsure AS (
    SELECT d.claim, g.group_no, coalesce(d.person_no, n.who, g.group_no) AS who
    FROM decided AS d
    LEFT JOIN groups AS g ON d.claim = g.claim
    LEFT JOIN nobody AS n ON d.claim = n.claim
    WHERE NOT d.sure
)
SELECT w.claim, w.group_no, w.who, c.dose_no, day_number(c.dose_date) AS day_no
FROM (
    SELECT claim, person_no AS group_no, person_no AS who FROM decided WHERE sure
    UNION ALL
    SELECT claim, group_no, who FROM unsure
) AS w
JOIN claims AS c ON w.claim = c.claim
WHERE c.given AND c.refused IS NULL
