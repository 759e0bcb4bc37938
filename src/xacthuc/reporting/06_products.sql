-- 06 products
-- reads   cells (01).
-- does    the two axes by product and by dose number, for the nation and each province.
-- writes  one row per level, unit, product and dose number; null where the record does not tell.
WITH spread AS (
  SELECT 'nation' AS level, 'VN' AS unit, product, dose_no, state, matched, plausible, doses FROM cells
  UNION ALL
  SELECT 'province', province, product, dose_no, state, matched, plausible, doses FROM cells
)
SELECT
  level,
  unit,
  product,
  dose_no,
  CAST(sum(CASE WHEN state = 'recorded' THEN doses ELSE 0 END) AS BIGINT) AS recorded,
  CAST(sum(CASE WHEN state = 'recorded' THEN doses * matched ELSE 0 END) AS BIGINT) AS matched,
  CAST(sum(CASE WHEN state = 'recorded' THEN doses * plausible ELSE 0 END) AS BIGINT) AS plausible,
  CAST(sum(CASE WHEN state = 'recorded' THEN doses * matched * plausible ELSE 0 END) AS BIGINT) AS both_settled,
  CAST(sum(CASE WHEN state = 'duplicate' THEN doses ELSE 0 END) AS BIGINT) AS duplicates
FROM spread
WHERE state <> 'refused'
GROUP BY level, unit, product, dose_no
