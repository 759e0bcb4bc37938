-- 12 doses
-- reads   claims, groups (11)
-- does    finds doses that were entered twice, among people with two entries of one day or one dose number;
--         of the same person, the first entry stays:
--         1 the same day and the same dose number, or the same day and the same lot
--         2 the same day, where neither number nor lot is written
--         3 the same dose number, vaccine and lot, where a date is missing, at most three days off, or has one part
--           (day, month or year) other than the first entry's, or day and month swapped
-- writes  claim, first_claim (the entry it repeats), for the repeated entries only
WITH open_groups AS (
    SELECT g.group_no
    FROM claims AS c
    JOIN groups AS g ON c.claim = g.claim
    WHERE c.given AND c.refused IS NULL
    GROUP BY g.group_no, c.dose_no
    HAVING count(*) > 1
    UNION
    SELECT g.group_no
    FROM claims AS c
    JOIN groups AS g ON c.claim = g.claim
    WHERE c.given AND c.refused IS NULL
    GROUP BY g.group_no, c.dose_date
    HAVING count(*) > 1
),
lined AS (
    SELECT
        c.claim, g.group_no, c.dose_no, c.vaccine, c.lot, c.dose_date,
        first_value(c.dose_date) OVER (
            PARTITION BY g.group_no, c.dose_no, c.vaccine, c.lot
            ORDER BY c.claim ASC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS first_date,
        min(c.claim) OVER (PARTITION BY g.group_no, c.dose_no, c.vaccine, c.lot) AS same_dose,
        min(c.claim) OVER (PARTITION BY g.group_no, c.dose_date, c.dose_no) AS same_number,
        min(c.claim) OVER (PARTITION BY g.group_no, c.dose_date, c.lot) AS same_lot,
        min(c.claim) OVER (PARTITION BY g.group_no, c.dose_date) AS same_day
    FROM claims AS c
    JOIN groups AS g ON c.claim = g.claim
    JOIN open_groups AS o ON g.group_no = o.group_no
    WHERE c.given AND c.refused IS NULL
),
met AS (
    SELECT
        claim,
        CASE WHEN dose_date IS NOT NULL AND dose_no IS NOT NULL THEN same_number END AS by_number,
        CASE WHEN dose_date IS NOT NULL AND lot IS NOT NULL THEN same_lot END AS by_lot,
        CASE WHEN dose_date IS NOT NULL AND dose_no IS NULL AND lot IS NULL THEN same_day END AS by_day,
        CASE WHEN dose_no IS NOT NULL AND vaccine IS NOT NULL AND lot IS NOT NULL AND (
            dose_date IS NULL
            OR first_date IS NULL
            OR day_number(dose_date) - day_number(first_date) BETWEEN -3 AND 3
            OR substr(dose_date, 1, 7) = substr(first_date, 1, 7)
            OR substr(dose_date, 6, 5) = substr(first_date, 6, 5)
            OR concat(substr(dose_date, 1, 4), substr(dose_date, 9, 2))
                = concat(substr(first_date, 1, 4), substr(first_date, 9, 2))
            OR dose_date = concat(substr(first_date, 1, 5), substr(first_date, 9, 2), '-', substr(first_date, 6, 2))
        ) THEN same_dose END AS by_dose
    FROM lined
)
SELECT claim, least(by_number, by_lot, by_day, by_dose) AS first_claim
FROM met
WHERE least(by_number, by_lot, by_day, by_dose) < claim
