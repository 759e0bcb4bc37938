-- 01 given
-- reads   doses, settings, calendar, products, bands, named_provinces
-- does    leaves duplicates out, puts what the law asks of a dose beside it: is its date usable, which product, period
--         of the law, ages (they differ where only the year of birth is known), band of age, province with a law of its own
-- writes  record, person, vaccine, product (0: not a licensed one), course, no, no_wrong, lot, site, dose_date, date_code,
--         day_no .. extra (null unless the date is usable), oldest, youngest, band, province (0: no law of its own)
SELECT
    record,
    person,
    vaccine,
    product,
    course,
    no,
    no_wrong,
    lot,
    site,
    dose_date,
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
        d.lot,
        d.site,
        d.dose_date,
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
        CASE
            WHEN length(d.birth_date) = 4 THEN c.year - try_cast(d.birth_date AS INT)
            WHEN length(d.birth_date) = 10 THEN c.year - try_cast(substr(d.birth_date, 1, 4) AS INT)
                - CASE WHEN substr(d.dose_date, 6, 5) < substr(d.birth_date, 6, 5) THEN 1 ELSE 0 END
        END AS oldest,
        CASE
            WHEN length(d.birth_date) = 4 THEN c.year - try_cast(d.birth_date AS INT)
                - CASE WHEN substr(d.dose_date, 6, 5) < '12-31' THEN 1 ELSE 0 END
            WHEN length(d.birth_date) = 10 THEN c.year - try_cast(substr(d.birth_date, 1, 4) AS INT)
                - CASE WHEN substr(d.dose_date, 6, 5) < substr(d.birth_date, 6, 5) THEN 1 ELSE 0 END
        END AS youngest,
        s.adult_age,
        s.oldest_age,
        coalesce(n.province, 0) AS province
    FROM doses AS d
    CROSS JOIN settings AS s
    LEFT JOIN calendar AS c ON d.dose_date = c.day
    LEFT JOIN products AS p ON d.vaccine = p.vaccine
    LEFT JOIN named_provinces AS n ON d.province = n.code
    WHERE NOT coalesce(d.duplicate, false)
) AS looked_up
LEFT JOIN bands ON bands.age = least(greatest(coalesce(oldest, adult_age), 0), oldest_age)
