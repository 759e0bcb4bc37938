-- 03 units
-- reads   cells (01), supply (02).
-- does    the figures of every unit of every level. The two axes stand side by side and are never merged: of the recorded
--         doses, matched + mismatch + ... + foreign, and plausible + doubtful, and both + ... + neither, each add up.
--         A plausible dose of a foreigner needs no more (`by_rule`); both_settled + by_rule + open_doses is all recorded.
-- writes  one row per level and unit that has lines or supply figures.
WITH spread AS (
  SELECT 'nation' AS level, 'VN' AS unit, CAST(NULL AS VARCHAR(9)) AS parent,
    state, identity, matched, plausible, proposal, doses FROM cells
  UNION ALL
  SELECT 'province', province, 'VN', state, identity, matched, plausible, proposal, doses FROM cells
  UNION ALL
  SELECT 'district', district, province, state, identity, matched, plausible, proposal, doses FROM cells
  UNION ALL
  SELECT 'commune', commune, district, state, identity, matched, plausible, proposal, doses FROM cells
),
counted AS (
  SELECT
    level,
    unit,
    max(parent) AS parent,
    CAST(sum(doses) AS BIGINT) AS line_count,
    CAST(sum(CASE WHEN state = 'refused' THEN doses ELSE 0 END) AS BIGINT) AS refused,
    CAST(sum(CASE WHEN state = 'duplicate' THEN doses ELSE 0 END) AS BIGINT) AS duplicates,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses ELSE 0 END) AS BIGINT) AS recorded,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses * matched ELSE 0 END) AS BIGINT) AS matched,
    CAST(sum(CASE WHEN state = 'recorded' AND identity = 'MISMATCH' THEN doses ELSE 0 END) AS BIGINT) AS mismatch,
    CAST(sum(CASE WHEN state = 'recorded' AND identity = 'NOT_FOUND' THEN doses ELSE 0 END) AS BIGINT) AS not_found,
    CAST(sum(CASE WHEN state = 'recorded' AND identity = 'AMBIGUOUS' THEN doses ELSE 0 END) AS BIGINT) AS ambiguous,
    CAST(sum(CASE WHEN state = 'recorded' AND identity = 'NO_NUMBER' THEN doses ELSE 0 END) AS BIGINT) AS no_number,
    CAST(sum(CASE WHEN state = 'recorded' AND identity = 'FOREIGN' THEN doses ELSE 0 END) AS BIGINT) AS foreigners,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses * plausible ELSE 0 END) AS BIGINT) AS plausible,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses * (1 - plausible) ELSE 0 END) AS BIGINT) AS doubtful,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses * matched * plausible ELSE 0 END) AS BIGINT) AS both_settled,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses * matched * (1 - plausible) ELSE 0 END) AS BIGINT)
      AS identity_only,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses * (1 - matched) * plausible ELSE 0 END) AS BIGINT) AS dose_only,
    CAST(sum(CASE WHEN state = 'recorded' AND identity = 'FOREIGN' THEN doses * plausible ELSE 0 END) AS BIGINT)
      AS by_rule,
    CAST(sum(CASE WHEN state = 'recorded' THEN doses * (1 - matched) * (1 - plausible) ELSE 0 END) AS BIGINT)
      AS neither,
    CAST(sum(CASE WHEN state = 'recorded' AND proposal = 'sure' THEN doses ELSE 0 END) AS BIGINT) AS sure,
    CAST(sum(CASE WHEN state = 'recorded' AND proposal = 'unsure' THEN doses ELSE 0 END) AS BIGINT) AS unsure
  FROM spread
  GROUP BY level, unit
)
SELECT
  COALESCE(c.level, s.level) AS level,
  COALESCE(c.unit, s.unit) AS unit,
  c.parent,
  s.people,
  s.adults,
  s.delivered,
  s.given,
  s.given_recorded,
  s.unrecorded,
  COALESCE(c.line_count, 0) AS line_count,
  COALESCE(c.refused, 0) AS refused,
  COALESCE(c.duplicates, 0) AS duplicates,
  COALESCE(c.recorded, 0) AS recorded,
  COALESCE(c.matched, 0) AS matched,
  COALESCE(c.mismatch, 0) AS mismatch,
  COALESCE(c.not_found, 0) AS not_found,
  COALESCE(c.ambiguous, 0) AS ambiguous,
  COALESCE(c.no_number, 0) AS no_number,
  COALESCE(c.foreigners, 0) AS foreigners,
  COALESCE(c.plausible, 0) AS plausible,
  COALESCE(c.doubtful, 0) AS doubtful,
  COALESCE(c.both_settled, 0) AS both_settled,
  COALESCE(c.identity_only, 0) AS identity_only,
  COALESCE(c.dose_only, 0) AS dose_only,
  COALESCE(c.neither, 0) AS neither,
  COALESCE(c.by_rule, 0) AS by_rule,
  COALESCE(c.recorded - c.both_settled - c.by_rule, 0) AS open_doses,
  COALESCE(c.sure, 0) AS sure,
  COALESCE(c.unsure, 0) AS unsure
FROM counted c
FULL OUTER JOIN supply s ON s.level = c.level AND s.unit = c.unit
