-- 02 cells
-- reads   lines (01).
-- does    counts lines that are alike in everything but the day; every later table but the days comes from here.
-- writes  one row per cell, `doses` its count.
SELECT
  province, district, commune, product, dose_no, identity, vaccination, state, matched, plausible, proposal, pattern,
  CAST(count(*) AS BIGINT) AS doses
FROM lines
GROUP BY
  province, district, commune, product, dose_no, identity, vaccination, state, matched, plausible, proposal, pattern
