-- doses to judge
-- reads   claims, decided (matching 09), groups (10), repeated (11)
-- does    lines up what the rules ask for, leaving out lists that hold people only: whose dose, which, when, and whether
--         another entry of it is kept instead. What is left out is said of both sides of the join: said of the claims
--         alone, it would make the engine hold their texts in memory and go through `decided`
-- writes  record (the claim), person_group, dose_no, vaccine, lot, dose_date, birth_date, province, site, duplicate
SELECT
    c.claim AS record,
    CASE WHEN d.sure THEN d.person_no ELSE g.group_no END AS person_group,
    c.dose_no, c.vaccine, c.lot, c.dose_date, c.birth_date, c.province, c.site,
    t.claim IS NOT NULL AS duplicate
FROM claims AS c
JOIN decided AS d ON c.claim = d.claim
LEFT JOIN groups AS g ON c.claim = g.claim
LEFT JOIN repeated AS t ON c.claim = t.claim
WHERE CASE WHEN c.given AND c.refused IS NULL AND c.slot > 0 THEN d.claim END IS NOT NULL
