-- 04 kept
-- reads   given (01), tangled (03), products, settings
-- does    of the tangled people: chooses one dose a day of each person (licensed product first, then the smallest number, then the smallest
--         record); the others are the same dose again, or clash with it; a dose within the least gap after the day of
--         the dose before is not counted
-- writes  record, person, product, course, no, day_no .. province, counted, day_code, gap_code
SELECT
    record,
    person,
    product,
    course,
    no,
    day_no,
    month_key,
    period,
    extra,
    band,
    province,
    seat = 1 AND NOT near AS counted,
    CASE
        WHEN clash = 1 OR (seat = 1 AND day_clash = 1) THEN 'dose_on_same_day'
    END AS day_code,
    CASE WHEN seat = 1 AND near THEN 'interval_not_credible' END AS gap_code
FROM (
    SELECT
        c.*,
        max(clash) OVER (PARTITION BY person, day_no) AS day_clash,
        coalesce(day_no - day_before < s.least_gap, false) AS near
    FROM (
        SELECT
            w.*,
            CASE
                WHEN seat = 1 THEN 0
                WHEN coalesce(vaccine = first_vaccine, true) AND coalesce(no = first_no, true) THEN 0
                ELSE 1
            END AS clash
        FROM (
            SELECT
                g.*,
                row_number() OVER (
                    PARTITION BY person, day_no
                    ORDER BY CASE WHEN product = 0 THEN 1 ELSE 0 END NULLS LAST, no NULLS LAST, record NULLS LAST
                ) AS seat,
                first_value(vaccine) OVER (
                    PARTITION BY person, day_no
                    ORDER BY CASE WHEN product = 0 THEN 1 ELSE 0 END NULLS LAST, no NULLS LAST, record NULLS LAST
                ) AS first_vaccine,
                first_value(no) OVER (
                    PARTITION BY person, day_no
                    ORDER BY CASE WHEN product = 0 THEN 1 ELSE 0 END NULLS LAST, no NULLS LAST, record NULLS LAST
                ) AS first_no,
                max(day_no) OVER (
                    PARTITION BY person ORDER BY day_no NULLS LAST RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ) AS day_before
            FROM (
                SELECT
                    given.record,
                    given.person,
                    coalesce(products.vaccine, given.unlicensed) AS vaccine,
                    given.product,
                    given.course,
                    given.no,
                    given.day_no,
                    given.month_key,
                    given.period,
                    given.extra,
                    given.band,
                    given.province
                FROM given
                JOIN tangled ON given.person = tangled.person
                LEFT JOIN products ON given.product = products.product
                WHERE given.date_code IS NULL
            ) AS g
        ) AS w
    ) AS c
    CROSS JOIN settings AS s
) AS compared
