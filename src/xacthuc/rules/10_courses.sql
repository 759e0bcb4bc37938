-- 10 courses
-- reads   given (01), tangled (03), numbered (05), roles (06), doses, settings, bands, products, due_rules, later_days, days
-- does    sums up the counted doses of each person: is the course complete, and to which dose does the law of the day of
--         the assessment call after the last one, reckoned for the product of that one
-- writes  one row per person with a counted dose: person, state (partial, complete), course_doses, completed_on, extra
--         (doses beyond the course), next_role, next_dose, next_product, due_from, due_to; null where none is due
WITH counted AS (
    SELECT r.record, r.person, r.kind, r.dn, n.size, r.day_no, r.product, r.province
    FROM roles AS r
    JOIN numbered AS n ON r.record = n.record
    UNION ALL
    SELECT
        g.record,
        g.person,
        'primary' AS kind,
        coalesce(g.no, 1) AS dn,
        coalesce(g.course, s.default_doses) AS size,
        g.day_no,
        g.product,
        g.province
    FROM given AS g
    CROSS JOIN settings AS s
    LEFT JOIN tangled AS t ON g.person = t.person
    WHERE g.date_code IS NULL AND t.person IS NULL
),
persons AS (
    SELECT
        person,
        max(dn) AS last_no,
        max(size) AS size,
        CAST(sum(CASE WHEN dn <= size THEN 1 ELSE 0 END) AS INT) AS primary_doses,
        CAST(sum(CASE WHEN dn > size THEN 1 ELSE 0 END) AS INT) AS extra,
        max(CASE WHEN dn = size THEN day_no END) AS full_day
    FROM counted
    GROUP BY person
),
latest AS (
    SELECT
        c.person, c.day_no, c.product, c.province,
        p.last_no, p.size, p.extra,
        p.primary_doses = p.size AS complete,
        CASE WHEN p.primary_doses = p.size THEN p.full_day END AS full_day,
        CASE
            WHEN p.last_no < p.size THEN 'primary'
            WHEN c.kind = 'primary' THEN 'additional'
            WHEN c.kind = 'additional' THEN 'booster1'
            WHEN c.kind = 'booster1' THEN 'booster2'
        END AS kind_1,
        CASE WHEN p.last_no >= p.size AND c.kind = 'primary' THEN 'booster1' END AS kind_2,
        least(greatest(coalesce(
            CASE
                WHEN length(d.birth_date) = 4 THEN try_cast(substr(s.as_of, 1, 4) AS INT) - try_cast(d.birth_date AS INT)
                WHEN length(d.birth_date) = 10
                    THEN try_cast(substr(s.as_of, 1, 4) AS INT) - try_cast(substr(d.birth_date, 1, 4) AS INT)
                    - CASE WHEN substr(s.as_of, 6, 5) < substr(d.birth_date, 6, 5) THEN 1 ELSE 0 END
            END,
            s.adult_age
        ), 0), s.oldest_age) AS age
    FROM counted AS c
    JOIN persons AS p ON c.person = p.person AND c.dn = p.last_no
    JOIN doses AS d ON c.record = d.record
    CROSS JOIN settings AS s
),
called AS (
    SELECT
        l.*,
        CASE
            WHEN l.kind_1 = 'primary' OR a.kind IS NOT NULL THEN l.kind_1
            WHEN b.kind IS NOT NULL THEN l.kind_2
        END AS due_kind,
        coalesce(a.min_days, b.min_days) AS min_days,
        CASE WHEN a.kind IS NULL THEN b.max_days ELSE a.max_days END AS max_days,
        coalesce(a.min_months, b.min_months) AS min_months
    FROM latest AS l
    JOIN bands ON l.age = bands.age
    LEFT JOIN due_rules AS a
        ON l.kind_1 = a.kind AND l.product = a.product AND l.province = a.province AND bands.band = a.band
    LEFT JOIN due_rules AS b
        ON l.kind_2 = b.kind AND l.product = b.product AND l.province = b.province AND bands.band = b.band
)
SELECT
    c.person,
    CASE WHEN c.complete THEN 'complete' ELSE 'partial' END AS state,
    c.size AS course_doses,
    f.day AS completed_on,
    c.extra,
    CASE WHEN c.due_kind IN ('booster1', 'booster2') THEN 'booster' ELSE c.due_kind END AS next_role,
    CASE WHEN c.due_kind IS NOT NULL THEN c.last_no + 1 END AS next_dose,
    CASE WHEN c.due_kind IS NOT NULL THEN p.vaccine END AS next_product,
    u.day AS due_from,
    v.day AS due_to
FROM called AS c
LEFT JOIN products AS p ON c.product = p.product
LEFT JOIN later_days AS m ON c.day_no = m.day_no AND c.min_months = m.months
LEFT JOIN days AS f ON c.full_day = f.day_no
LEFT JOIN days AS u ON greatest(m.later_no, c.day_no + c.min_days) = u.day_no
LEFT JOIN days AS v ON c.day_no + c.max_days = v.day_no
