-- profiles
-- reads   claims, decided, groups (matching 09, 10)
-- does    finds people who are written down in more than one way; people whose entries are all matched by the same
--         number are written down in one
-- writes  group_no, writings
WITH entries AS (
    SELECT
        d.claim,
        CASE WHEN d.identity = 'MATCHED' THEN d.via ELSE 0 END AS matched_via,
        CASE WHEN d.sure THEN d.person_no ELSE g.group_no END AS group_no
    FROM decided AS d
    LEFT JOIN groups AS g ON d.claim = g.claim
),
mixed AS (
    SELECT group_no
    FROM entries
    GROUP BY group_no
    HAVING count(*) > 1 AND (min(matched_via) = 0 OR min(matched_via) <> max(matched_via))
),
written AS (
    SELECT DISTINCT
        e.group_no, c.name_key, c.birth_date, c.sex, coalesce(c.number12, c.number9, c.passport, c.digits) AS said_number
    FROM mixed
    JOIN entries AS e ON mixed.group_no = e.group_no
    JOIN claims AS c ON e.claim = c.claim
)
SELECT group_no, count(*) AS writings
FROM written
GROUP BY group_no
HAVING count(*) > 1
