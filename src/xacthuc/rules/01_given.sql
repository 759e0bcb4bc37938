-- 01 given
-- reads   doses, settings, calendar, products, bands, named_provinces
-- does    leaves duplicates out, puts what the law asks of a dose beside it: is its date usable, which product, period
--         of the law, ages (they differ where only the year of birth is known), band of age, province with a law of its own
-- writes  record, person, product (0: not a licensed one), unlicensed (the vaccine's name where it is not), course, no,
--         no_wrong, lot, site (where lists are there to check them), date_code, day_no .. extra (null unless the date is
--         usable), oldest, youngest, band, province (0: no law of its own). Texts are nearly all null: they are dear
SELECT
    record,
    person,
    product,
    CASE WHEN product = 0 THEN vaccine END AS unlicensed,
    course,
    no,
    no_wrong,
    lot,
    site,
    date_code,
    CASE WHEN date_code IS NULL THEN day_no END AS day_no,
    CASE WHEN date_code IS NULL THEN month_key END AS month_key,
    CASE WHEN date_code IS NULL THEN period END AS period,
    CASE WHEN date_code IS NULL THEN extra END AS extra,
    oldest,
    youngest,
    bands.band,
    province
FROM (
    SELECT
        d.record,
        d.person_group AS person,
        d.vaccine,
        coalesce(p.product, 0) AS product,
        p.doses AS course,
        CASE WHEN d.dose_no BETWEEN 1 AND s.largest_no THEN d.dose_no END AS no,
        coalesce(d.dose_no < 1 OR d.dose_no > s.largest_no, false) AS no_wrong,
        CASE WHEN s.has_lots = 1 THEN d.lot END AS lot,
        CASE WHEN s.has_sessions = 1 THEN d.site END AS site,
        CASE
            WHEN d.dose_date IS NULL THEN 'dose_date_missing'
            WHEN d.dose_date > s.as_of THEN 'dose_in_future'
            WHEN d.dose_date < s.first_day THEN 'dose_before_campaign'
            WHEN length(d.birth_date) IN (4, 10) AND d.dose_date < d.birth_date THEN 'dose_before_birth'
        END AS date_code,
        c.day_no,
        c.month_key,
        c.period,
        c.extra,
        c.year - d.birth_year - CASE WHEN c.month_day < d.birth_day THEN 1 ELSE 0 END AS oldest,
        c.year - d.birth_year - CASE WHEN c.month_day < coalesce(d.birth_day, '12-31') THEN 1 ELSE 0 END AS youngest,
        s.adult_age,
        s.oldest_age,
        coalesce(n.province, 0) AS province
    FROM (
        SELECT
            doses.*,
            CASE WHEN length(birth_date) IN (4, 10) THEN try_cast(substr(birth_date, 1, 4) AS INT) END AS birth_year,
            CASE WHEN length(birth_date) = 10 THEN substr(birth_date, 6, 5) END AS birth_day
        FROM doses
    ) AS d
    CROSS JOIN settings AS s
    LEFT JOIN calendar AS c ON d.dose_date = c.day
    LEFT JOIN products AS p ON d.vaccine = p.vaccine
    LEFT JOIN named_provinces AS n ON d.province = n.code
    WHERE NOT coalesce(d.duplicate, false)
) AS looked_up
LEFT JOIN bands ON bands.age = least(greatest(coalesce(oldest, adult_age), 0), oldest_age)
