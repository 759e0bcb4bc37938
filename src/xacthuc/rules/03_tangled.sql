-- 03 tangled
-- reads   given (01), settings
-- does    finds who needs a closer look, in 04 to 06: everybody but those with one dose, without a number or numbered 1,
--         and those with the doses 1 and 2 of courses of the same size, in order and apart
-- writes  person
SELECT person
FROM (
    SELECT
        person,
        count(*) AS doses,
        min(no) AS first_no,
        max(no) AS last_no,
        min(coalesce(course, 0)) AS least_course,
        max(course) AS largest_course,
        max(CASE WHEN no = 1 THEN day_no END) AS day_1,
        max(CASE WHEN no = 2 THEN day_no END) AS day_2
    FROM given
    WHERE date_code IS NULL
    GROUP BY person
) AS g
CROSS JOIN settings AS s
WHERE CASE
    WHEN doses = 1 AND coalesce(last_no, 1) = 1 THEN false
    WHEN doses = 2 AND first_no = 1 AND last_no = 2 AND least_course = largest_course AND least_course >= 2
        AND day_2 - day_1 >= greatest(s.least_gap, 1) THEN false
    ELSE true
END
