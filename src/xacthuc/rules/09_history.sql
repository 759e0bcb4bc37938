-- 09 history
-- reads   given (01), tangled (03), roles (06), settings
-- does    brings the counted doses of plain and of tangled people together
-- writes  record, person, role (primary, additional, booster), dn, sd as a certificate counts them
SELECT record, person, role, dn, sd FROM roles
UNION ALL
SELECT
    g.record,
    g.person,
    'primary' AS role,
    coalesce(g.no, 1) AS dn,
    coalesce(g.course, s.default_doses) AS sd
FROM given AS g
CROSS JOIN settings AS s
LEFT JOIN tangled AS t ON g.person = t.person
WHERE g.date_code IS NULL AND t.person IS NULL
