-- profiles
-- reads   claims, decided, groups (matching 09, 10)
-- does    finds people who are written down in more than one way; people whose entries are all matched by the same
--         number are written down in one
-- writes  group_no, writings
WITH mixed AS (
    SELECT g.group_no
    FROM groups AS g
    JOIN decided AS d ON g.claim = d.claim
    GROUP BY g.group_no
    HAVING count(*) > 1
        AND (bool_or(d.identity <> 'MATCHED') OR min(d.via) <> max(d.via))
),
written AS (
    SELECT DISTINCT
        g.group_no, c.name_key, c.birth_date, c.sex, coalesce(c.number12, c.number9, c.passport, c.digits) AS said_number
    FROM mixed
    JOIN groups AS g ON mixed.group_no = g.group_no
    JOIN claims AS c ON g.claim = c.claim
)
SELECT group_no, count(*) AS writings
FROM written
GROUP BY group_no
HAVING count(*) > 1
