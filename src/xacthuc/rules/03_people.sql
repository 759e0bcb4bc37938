-- 03 people
-- reads   given (01), settings
-- does    finds who needs no closer look: one dose, without a number or numbered 1; or the doses 1 and 2 of courses of
--         the same size, in order and apart. Everybody else is tangled and goes through 04 to 06
-- writes  a row for each tangled person and each plain pair: person, tangled, and of a pair what 07 compares
SELECT
    person,
    tangled,
    day_1,
    month_1,
    product_1,
    day_2,
    month_2,
    product_2,
    period_2,
    band_2,
    province_2
FROM (
    SELECT
        g.*,
        CASE
            WHEN doses = 1 AND coalesce(last_no, 1) = 1 THEN 0
            WHEN doses = 2 AND first_no = 1 AND last_no = 2 AND courses = 2 AND least_course = largest_course
                AND least_course >= 2 AND day_2 - day_1 >= greatest(s.least_gap, 1) THEN 0
            ELSE 1
        END AS tangled
    FROM (
        SELECT
            person,
            count(*) AS doses,
            min(no) AS first_no,
            max(no) AS last_no,
            count(course) AS courses,
            min(course) AS least_course,
            max(course) AS largest_course,
            max(CASE WHEN no = 1 THEN day_no END) AS day_1,
            max(CASE WHEN no = 1 THEN month_key END) AS month_1,
            max(CASE WHEN no = 1 THEN product END) AS product_1,
            max(CASE WHEN no = 2 THEN day_no END) AS day_2,
            max(CASE WHEN no = 2 THEN month_key END) AS month_2,
            max(CASE WHEN no = 2 THEN product END) AS product_2,
            max(CASE WHEN no = 2 THEN period END) AS period_2,
            max(CASE WHEN no = 2 THEN band END) AS band_2,
            max(CASE WHEN no = 2 THEN province END) AS province_2
        FROM given
        WHERE date_code IS NULL
        GROUP BY person
    ) AS g
    CROSS JOIN settings AS s
) AS sorted
WHERE tangled = 1 OR doses = 2
