-- 05 numbered
-- reads   kept (04), settings
-- does    numbers the counted doses of each person by date; the numbers as written are believed if none is smaller than
--         the doses before it, and a larger one then means that earlier doses are missing; finds the size of the course
-- writes  record, person, place (by date), number, size, number_code, and product, day_no .. province of kept
SELECT
    record,
    person,
    place,
    number,
    CASE
        WHEN course_known IS NULL THEN s.default_doses
        WHEN number_known <= course_known THEN course_known
        ELSE greatest(course_known, s.default_doses)
    END AS size,
    number_code,
    product,
    day_no,
    month_key,
    period,
    extra,
    band,
    province
FROM (
    SELECT
        n.*,
        max(CASE WHEN place = place_known THEN course END) OVER (PARTITION BY person) AS course_known,
        max(CASE WHEN place = place_known THEN number END) OVER (PARTITION BY person) AS number_known
    FROM (
        SELECT
            b.*,
            CASE WHEN broken = 1 THEN place ELSE place + greatest(shift, coalesce(ahead, 0)) END AS number,
            CASE
                WHEN broken = 0 AND ahead > shift THEN 'earlier_dose_missing'
                WHEN broken = 0 OR no IS NULL THEN NULL
                WHEN day_of_smaller > day_no OR day_of_larger < day_no THEN 'order_reversed'
                WHEN same_no > 1 THEN 'dose_no_repeated'
                WHEN ahead < shift THEN 'dose_no_contradicts_history'
            END AS number_code
        FROM (
            SELECT
                a.*,
                max(CASE WHEN ahead < shift THEN 1 ELSE 0 END) OVER (PARTITION BY person) AS broken,
                min(CASE WHEN course IS NOT NULL THEN place END) OVER (PARTITION BY person) AS place_known,
                row_number() OVER (PARTITION BY person, no ORDER BY place NULLS LAST) AS same_no,
                max(CASE WHEN no IS NOT NULL THEN day_no END) OVER (
                    PARTITION BY person ORDER BY no NULLS LAST RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS day_of_smaller,
                min(CASE WHEN no IS NOT NULL THEN day_no END) OVER (
                    PARTITION BY person ORDER BY no NULLS LAST RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
                ) AS day_of_larger
            FROM (
                SELECT
                    p.*,
                    no - place AS ahead,
                    greatest(0, coalesce(max(no - place) OVER (
                        PARTITION BY person ORDER BY place NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                    ), 0)) AS shift
                FROM (
                    SELECT
                        k.*,
                        row_number() OVER (
                            PARTITION BY person ORDER BY day_no NULLS LAST, record NULLS LAST
                        ) AS place
                    FROM kept AS k
                    WHERE counted
                ) AS p
            ) AS a
        ) AS b
    ) AS n
) AS sized
CROSS JOIN settings AS s
