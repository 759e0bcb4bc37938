-- 02 supply
-- reads   cells (01); delivered (unit, doses), given (unit, given, unrecorded), people (unit, people, adults), places.
-- does    adds up what was delivered, given and lives in each unit, from whatever level the figures were given at. Doses
--         reported as given are set against the recorded ones of the reporting units only, so a unit that does not
--         report never looks like a backlog.
-- writes  one row per level and unit that has any figure.
WITH recorded AS (
  SELECT province AS unit, sum(doses) AS doses FROM cells WHERE state = 'recorded' GROUP BY province
  UNION ALL
  SELECT district AS unit, sum(doses) AS doses FROM cells WHERE state = 'recorded' GROUP BY district
  UNION ALL
  SELECT commune AS unit, sum(doses) AS doses FROM cells WHERE state = 'recorded' GROUP BY commune
),
figures AS (
  SELECT unit, doses AS delivered, CAST(NULL AS BIGINT) AS given, CAST(NULL AS BIGINT) AS given_recorded,
    CAST(NULL AS BIGINT) AS unrecorded, CAST(NULL AS BIGINT) AS people, CAST(NULL AS BIGINT) AS adults
  FROM delivered
  UNION ALL
  SELECT g.unit, NULL, COALESCE(g.given, g.unrecorded + COALESCE(r.doses, 0)), COALESCE(r.doses, 0),
    CASE
      WHEN g.given IS NULL THEN g.unrecorded
      WHEN g.given > COALESCE(r.doses, 0) THEN g.given - COALESCE(r.doses, 0)
      ELSE 0
    END,
    NULL, NULL
  FROM given g LEFT JOIN recorded r ON r.unit = g.unit
  UNION ALL
  SELECT unit, NULL, NULL, NULL, NULL, people, adults FROM people
),
placed AS (
  SELECT p.province, p.district, p.commune, f.delivered, f.given, f.given_recorded, f.unrecorded, f.people, f.adults
  FROM figures f JOIN places p ON p.unit = f.unit
),
spread AS (
  SELECT 'nation' AS level, 'VN' AS unit, delivered, given, given_recorded, unrecorded, people, adults FROM placed
  UNION ALL
  SELECT 'province', province, delivered, given, given_recorded, unrecorded, people, adults FROM placed
  UNION ALL
  SELECT 'district', district, delivered, given, given_recorded, unrecorded, people, adults
  FROM placed WHERE district IS NOT NULL
  UNION ALL
  SELECT 'commune', commune, delivered, given, given_recorded, unrecorded, people, adults
  FROM placed WHERE commune IS NOT NULL
)
SELECT
  level,
  unit,
  CAST(sum(delivered) AS BIGINT) AS delivered,
  CAST(sum(given) AS BIGINT) AS given,
  CAST(sum(given_recorded) AS BIGINT) AS given_recorded,
  CAST(sum(unrecorded) AS BIGINT) AS unrecorded,
  CAST(sum(people) AS BIGINT) AS people,
  CAST(sum(adults) AS BIGINT) AS adults
FROM spread
GROUP BY level, unit
