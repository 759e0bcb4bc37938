-- doses to judge
-- reads   claims, groups, doses (matching 10, 11)
-- does    lines up what the rules ask for, leaving out lists that hold people only: whose dose, which, when, and whether another entry of it is kept instead
-- writes  record (the claim), person_group, dose_no, vaccine, lot, dose_date, birth_date, province, site, duplicate
SELECT
    c.claim AS record,
    g.group_no AS person_group,
    c.dose_no, c.vaccine, c.lot, c.dose_date, c.birth_date, c.province, c.site,
    t.claim IS NOT NULL AS duplicate
FROM claims AS c
JOIN groups AS g ON c.claim = g.claim
LEFT JOIN doses AS t ON c.claim = t.claim
WHERE c.given AND c.refused IS NULL AND c.slot > 0
