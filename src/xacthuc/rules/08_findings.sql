-- 08 findings
-- reads   alone (02), kept (04), numbered (05), together (07)
-- does    puts every finding on a row of its own
-- writes  record, code: none twice
SELECT record, date_code AS code FROM alone WHERE date_code IS NOT NULL
UNION ALL
SELECT record, number_code AS code FROM alone WHERE number_code IS NOT NULL
UNION ALL
SELECT record, vaccine_code AS code FROM alone WHERE vaccine_code IS NOT NULL
UNION ALL
SELECT record, age_code AS code FROM alone WHERE age_code IS NOT NULL
UNION ALL
SELECT record, lot_code AS code FROM alone WHERE lot_code IS NOT NULL
UNION ALL
SELECT record, site_code AS code FROM alone WHERE site_code IS NOT NULL
UNION ALL
SELECT record, day_code AS code FROM kept WHERE day_code IS NOT NULL
UNION ALL
SELECT record, gap_code AS code FROM kept WHERE gap_code IS NOT NULL
UNION ALL
SELECT record, number_code AS code FROM numbered WHERE number_code IS NOT NULL
UNION ALL
SELECT record, 'dose_more_than_course' AS code FROM numbered WHERE number > size AND extra = 0
UNION ALL
SELECT record, interval_code AS code FROM together WHERE interval_code IS NOT NULL
UNION ALL
SELECT record, mixing_code AS code FROM together WHERE mixing_code IS NOT NULL
