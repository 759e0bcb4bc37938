-- 04 causes
-- reads   cells (01), reasons (pattern -> axis, code, class_2262; problems only).
-- does    counts, for every unit of every level, the lines that give a reason. A line with two reasons counts under both,
--         so causes never add up to the number of open lines. Refused and double lines are counted apart by `state`.
-- writes  one row per level, unit, state, axis and code.
WITH spread AS (
  SELECT 'nation' AS level, 'VN' AS unit, state, proposal, pattern, doses FROM cells
  UNION ALL
  SELECT 'province', province, state, proposal, pattern, doses FROM cells
  UNION ALL
  SELECT 'district', district, state, proposal, pattern, doses FROM cells
  UNION ALL
  SELECT 'commune', commune, state, proposal, pattern, doses FROM cells
)
SELECT
  s.level,
  s.unit,
  s.state,
  r.axis,
  r.code,
  r.class_2262,
  CAST(sum(s.doses) AS BIGINT) AS doses,
  CAST(sum(CASE WHEN r.axis = 'identity' AND s.proposal = 'sure' THEN s.doses ELSE 0 END) AS BIGINT) AS sure,
  CAST(sum(CASE WHEN r.axis = 'identity' AND s.proposal = 'unsure' THEN s.doses ELSE 0 END) AS BIGINT) AS unsure
FROM spread s
JOIN reasons r ON r.pattern = s.pattern
GROUP BY s.level, s.unit, s.state, r.axis, r.code, r.class_2262
