-- history
-- reads   doses_to_judge, doses (matching 12), claims, people, counted (rules 09), courses (rules 10), settings (of the rules)
-- does    says of each dose what it counts for, and of its person how far the course is and what comes next; a dose that
--         was entered twice belongs to the person of the entry that is kept; the register's opaque reference is all
--         that passes of it
-- writes  the columns of HISTORY_SCHEMA: one row for each dose that the rules judged, duplicates included
WITH kept AS (
    SELECT t.claim, f.person_group
    FROM doses AS t
    JOIN doses_to_judge AS f ON t.first_claim = f.record AND NOT f.duplicate
),
held AS (
    SELECT j.record, coalesce(k.person_group, j.person_group) AS person_group
    FROM doses_to_judge AS j
    LEFT JOIN kept AS k ON j.record = k.claim
)
SELECT
    c.record,
    CASE WHEN d.person_group >= 0 THEN concat('p:', p.record) ELSE concat('c:', -1 - d.person_group) END
        AS person_group,
    coalesce(h.role, 'not_counted') AS role,
    h.dn,
    h.sd,
    coalesce(t.state, 'none') AS state,
    t.course_doses,
    t.completed_on,
    coalesce(t.extra, 0) AS extra,
    CASE WHEN t.person IS NULL THEN 'primary' ELSE t.next_role END AS next_role,
    CASE WHEN t.person IS NULL THEN 1 ELSE t.next_dose END AS next_dose,
    t.next_product,
    CASE WHEN t.person IS NULL THEN s.as_of ELSE t.due_from END AS due_from,
    t.due_to
FROM held AS d
JOIN claims AS c ON d.record = c.claim
CROSS JOIN settings AS s
LEFT JOIN counted AS h ON d.record = h.record
LEFT JOIN courses AS t ON d.person_group = t.person
LEFT JOIN people AS p ON d.person_group = p.person_no
