-- 01 lines
-- reads   verdicts (one line per dose, with its status and its pattern of reasons), cleaned (records.parquet).
-- does    puts product and day beside each line. Nothing else is said here of every line: what follows from its unit and
--         its status is looked up when the lines are counted.
-- writes  one row per line of `verdicts`.
SELECT v.unit, c.vaccine AS product, v.dose_no, c.dose_date, v.status, v.pattern
FROM verdicts v
LEFT JOIN cleaned c ON c.record = v.record
