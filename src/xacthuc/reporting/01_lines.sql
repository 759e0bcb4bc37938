-- 01 lines
-- reads   verdicts (one line per dose, with its pattern of reasons), cleaned (records.parquet), places (unit -> chain).
-- does    gives each line its units, product and day, and the one state that decides where it is counted.
-- writes  one row per line of `verdicts`. A unit that is not known is its parent's code and a '-'.
SELECT
  COALESCE(p.province, '-') AS province,
  COALESCE(p.district, concat(COALESCE(p.province, '-'), '-')) AS district,
  COALESCE(p.commune, concat(COALESCE(p.district, concat(COALESCE(p.province, '-'), '-')), '-')) AS commune,
  c.vaccine AS product,
  v.dose_no,
  c.dose_date,
  v.identity,
  v.vaccination,
  CASE
    WHEN v.identity = 'REFUSED' OR v.vaccination = 'REFUSED' THEN 'refused'
    WHEN v.vaccination = 'DUPLICATE' THEN 'duplicate'
    ELSE 'recorded'
  END AS state,
  CASE WHEN v.identity = 'MATCHED' THEN 1 ELSE 0 END AS matched,
  CASE WHEN v.vaccination = 'PLAUSIBLE' THEN 1 ELSE 0 END AS plausible,
  CASE
    WHEN v.identity IN ('MATCHED', 'FOREIGN', 'REFUSED') THEN 'none'
    WHEN v.sure THEN 'sure'
    WHEN v.proposed THEN 'unsure'
    ELSE 'none'
  END AS proposal,
  v.pattern
FROM verdicts v
LEFT JOIN cleaned c ON c.record = v.record
LEFT JOIN places p ON p.unit = v.unit
