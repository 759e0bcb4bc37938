-- 07 days
-- reads   lines, places, statuses.
-- does    the two axes by the day on which the dose was given, for the nation and each province.
-- writes  one row per level, unit and day (ISO text); null where the record has no day.
WITH counted AS (
  SELECT COALESCE(p.province, '-') AS province, l.dose_date, s.matched, s.plausible, l.doses
  FROM (SELECT unit, dose_date, status, count(*) AS doses FROM lines GROUP BY unit, dose_date, status) l
  JOIN statuses s ON s.status = l.status AND s.state = 'recorded'
  LEFT JOIN places p ON p.unit = l.unit
),
spread AS (
  SELECT 'nation' AS level, 'VN' AS unit, dose_date, matched, plausible, doses FROM counted
  UNION ALL
  SELECT 'province', province, dose_date, matched, plausible, doses FROM counted
)
SELECT
  level,
  unit,
  dose_date,
  CAST(sum(doses) AS BIGINT) AS recorded,
  CAST(sum(doses * matched) AS BIGINT) AS matched,
  CAST(sum(doses * plausible) AS BIGINT) AS plausible,
  CAST(sum(doses * matched * plausible) AS BIGINT) AS both_settled
FROM spread
GROUP BY level, unit, dose_date
