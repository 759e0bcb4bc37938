-- 01 cells
-- reads   lines, places (unit -> chain), statuses (status -> identity ... proposal).
-- does    counts lines that are alike in everything but the day; every later table but the days comes from here. Then
--         gives each count its units and the one state that decides where it is counted.
-- writes  one row per cell, `doses` its count. A unit that is not known is its parent's code and a '-'.
SELECT
  COALESCE(p.province, '-') AS province,
  COALESCE(p.district, concat(COALESCE(p.province, '-'), '-')) AS district,
  COALESCE(p.commune, concat(COALESCE(p.district, concat(COALESCE(p.province, '-'), '-')), '-')) AS commune,
  l.product, l.dose_no, s.identity, s.vaccination, s.state, s.matched, s.plausible, s.proposal, l.pattern, l.doses
FROM (
  SELECT unit, product, dose_no, status, pattern, CAST(count(*) AS BIGINT) AS doses
  FROM lines
  GROUP BY unit, product, dose_no, status, pattern
) l
JOIN statuses s ON s.status = l.status
LEFT JOIN places p ON p.unit = l.unit
