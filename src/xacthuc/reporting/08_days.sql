-- 08 days
-- reads   lines (01).
-- does    the two axes by the day on which the dose was given, for the nation and each province.
-- writes  one row per level, unit and day (ISO text); null where the record has no day.
WITH spread AS (
  SELECT 'nation' AS level, 'VN' AS unit, dose_date, matched, plausible FROM lines WHERE state = 'recorded'
  UNION ALL
  SELECT 'province', province, dose_date, matched, plausible FROM lines WHERE state = 'recorded'
)
SELECT
  level,
  unit,
  dose_date,
  CAST(count(*) AS BIGINT) AS recorded,
  CAST(sum(matched) AS BIGINT) AS matched,
  CAST(sum(plausible) AS BIGINT) AS plausible,
  CAST(sum(matched * plausible) AS BIGINT) AS both_settled
FROM spread
GROUP BY level, unit, dose_date
