-- 05 worklist
-- reads   cells (01), classes (pattern -> identity_class, dose_class: the codes of each axis, sorted, one blank between).
-- does    what each unit has to do, by owner. Lines with exactly the same set of reasons and the same kind of proposal are
--         one class of work: 'one_step' (every line has a sure proposal, or is a dose entered twice: one reviewed step
--         settles all), 'compare' (a proposal that a person has to compare), 'ask' (somebody has to ask or look it up).
-- writes  one row per level, unit, owner, settle and class; `rank` 1 settles most within a unit and owner.
WITH work AS (
  SELECT c.province, c.district, c.commune, 'identity' AS owner, k.identity_class AS work_class,
    CASE WHEN c.proposal = 'sure' THEN 'one_step' WHEN c.proposal = 'unsure' THEN 'compare' ELSE 'ask' END AS settle,
    c.doses
  FROM cells c JOIN classes k ON k.pattern = c.pattern
  WHERE c.state = 'recorded' AND (c.identity NOT IN ('MATCHED', 'FOREIGN') OR k.identity_class <> '')
  UNION ALL
  SELECT c.province, c.district, c.commune, 'dose', k.dose_class,
    CASE WHEN c.state = 'duplicate' THEN 'one_step' ELSE 'ask' END,
    c.doses
  FROM cells c JOIN classes k ON k.pattern = c.pattern
  WHERE (c.state = 'recorded' AND c.plausible = 0) OR c.state = 'duplicate'
),
spread AS (
  SELECT 'nation' AS level, 'VN' AS unit, owner, settle, work_class, doses FROM work
  UNION ALL
  SELECT 'province', province, owner, settle, work_class, doses FROM work
  UNION ALL
  SELECT 'district', district, owner, settle, work_class, doses FROM work
  UNION ALL
  SELECT 'commune', commune, owner, settle, work_class, doses FROM work
),
counted AS (
  SELECT level, unit, owner, settle, work_class, CAST(sum(doses) AS BIGINT) AS doses
  FROM spread
  GROUP BY level, unit, owner, settle, work_class
)
SELECT
  level, unit, owner, settle, work_class, doses,
  CAST(row_number() OVER (
    PARTITION BY level, unit, owner ORDER BY doses DESC NULLS LAST, settle DESC NULLS LAST, work_class ASC NULLS LAST
  ) AS BIGINT) AS rank
FROM counted
