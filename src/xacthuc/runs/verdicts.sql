-- verdicts
-- reads   claims, decided, groups, doses (matching 09, 10, 12), profiles, dose_reasons, people
-- does    puts the two verdicts of a claim side by side; nothing of the register but its opaque reference passes here
-- writes  the columns of VERDICT_SCHEMA, reasons as text "field:code;field:code", person_group, dose_group, and what the
--         report counts by: vaccine, dose_date
SELECT
    c.claim,
    c.record, c.file, c.sheet, c.row, c.dose_no, c.vaccine, c.dose_date,
    coalesce(c.commune, c.district, c.province) AS unit,
    d.identity,
    CASE
        WHEN c.refused IS NOT NULL OR NOT c.given THEN 'REFUSED'
        WHEN t.claim IS NOT NULL THEN 'DUPLICATE'
        WHEN coalesce(r.doubtful, false) THEN 'DOUBTFUL'
        ELSE 'PLAUSIBLE'
    END AS vaccination,
    concat_ws(
        ';',
        CASE WHEN d.name_reason IS NOT NULL THEN concat('name:', d.name_reason) END,
        CASE WHEN d.birth_reason IS NOT NULL THEN concat('birth_date:', d.birth_reason) END,
        CASE WHEN d.sex_reason IS NOT NULL THEN concat('sex:', d.sex_reason) END,
        CASE WHEN d.number_reason IS NOT NULL THEN concat('number:', d.number_reason) END,
        CASE WHEN w.writings > 1 THEN 'row:person_recorded_twice' END,
        CASE WHEN c.refused IS NOT NULL THEN concat('row:', c.refused) END,
        CASE WHEN c.refused IS NULL AND NOT c.given THEN 'row:dose_not_given' END,
        CASE WHEN t.claim IS NOT NULL THEN 'row:dose_entered_twice' END,
        CASE WHEN c.refused IS NULL AND c.given AND t.claim IS NULL THEN r.reasons END
    ) AS reasons,
    p.record AS person,
    d.sure,
    d.weight,
    d.margin,
    CASE WHEN d.sure THEN concat('p:', p.record) ELSE concat('c:', -1 - g.group_no) END AS person_group,
    coalesce(w.writings, 1) AS writings,
    coalesce(t.first_claim, c.claim) AS dose_group
FROM claims AS c
JOIN decided AS d ON c.claim = d.claim
LEFT JOIN groups AS g ON c.claim = g.claim
LEFT JOIN profiles AS w ON CASE WHEN d.sure THEN d.person_no ELSE g.group_no END = w.group_no
LEFT JOIN doses AS t ON c.claim = t.claim
LEFT JOIN dose_reasons AS r ON c.claim = r.claim
LEFT JOIN people AS p ON d.person_no = p.person_no
