-- 12 doses
-- reads   claims, groups (11)
-- does    finds doses that were entered twice: the same person and the same day, or the same dose number, vaccine and
--         lot where a date is missing or at most three days off; the first entry stays
-- writes  claim, first_claim (the entry it repeats), for the repeated entries only
SELECT claim, first_claim
FROM (
    SELECT
        claim,
        coalesce(
            CASE WHEN on_day < claim THEN on_day END,
            CASE WHEN as_dose < claim
                AND (day_no IS NULL OR as_dose_day IS NULL OR day_no - as_dose_day BETWEEN -3 AND 3) THEN as_dose END
        ) AS first_claim
    FROM (
        SELECT
            c.claim,
            day_number(c.dose_date) AS day_no,
            CASE WHEN c.dose_date IS NOT NULL
                THEN min(c.claim) OVER (PARTITION BY g.group_no, c.dose_date) END AS on_day,
            CASE WHEN c.dose_no IS NOT NULL AND c.vaccine IS NOT NULL AND c.lot IS NOT NULL
                THEN min(c.claim) OVER (PARTITION BY g.group_no, c.dose_no, c.vaccine, c.lot) END AS as_dose,
            CASE WHEN c.dose_no IS NOT NULL AND c.vaccine IS NOT NULL AND c.lot IS NOT NULL
                THEN first_value(day_number(c.dose_date)) OVER (PARTITION BY g.group_no, c.dose_no, c.vaccine, c.lot
                    ORDER BY c.claim NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) END
                AS as_dose_day
        FROM claims AS c
        JOIN groups AS g ON c.claim = g.claim
        WHERE c.given
    ) AS seen
) AS repeated
WHERE first_claim IS NOT NULL
