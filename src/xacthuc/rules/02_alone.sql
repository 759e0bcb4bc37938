-- 02 alone
-- reads   given (01), settings, products, age_limits, lots, lot_numbers, sessions, sites
-- does    judges each dose by itself: date, number, vaccine and its licence, age, lot, session of the site
-- writes  record and a code or null per kind, for the doses with at least one
SELECT record, date_code, number_code, vaccine_code, age_code, lot_code, site_code
FROM (
    SELECT
        g.record,
        g.date_code,
        CASE WHEN g.no_wrong THEN 'dose_no_not_possible' END AS number_code,
        CASE
            WHEN g.vaccine IS NULL THEN 'vaccine_missing'
            WHEN g.product = 0 THEN 'vaccine_not_licensed'
            WHEN g.date_code IS NULL AND g.dose_date < p.licensed_from THEN 'product_not_licensed_yet'
        END AS vaccine_code,
        CASE
            WHEN g.oldest < a.hard_min THEN 'too_young'
            WHEN g.youngest > a.hard_max THEN 'too_old'
            WHEN g.oldest < a.soft_min THEN 'age_below_advice'
            WHEN g.youngest > a.soft_max THEN 'age_above_advice'
        END AS age_code,
        CASE
            WHEN s.has_lots = 0 OR g.lot IS NULL THEN NULL
            WHEN l.lot IS NULL THEN 'lot_unknown'
            WHEN g.vaccine IS NULL THEN NULL
            WHEN o.lot IS NULL THEN 'lot_of_another_product'
            WHEN g.date_code IS NULL AND g.dose_date > o.expires THEN 'lot_expired'
        END AS lot_code,
        CASE WHEN g.date_code IS NULL AND i.site IS NOT NULL AND e.site IS NULL THEN 'site_closed' END AS site_code
    FROM given AS g
    CROSS JOIN settings AS s
    LEFT JOIN products AS p ON g.product = p.product
    LEFT JOIN age_limits AS a ON g.product = a.product AND g.period = a.period
    LEFT JOIN lot_numbers AS l ON g.lot = l.lot
    LEFT JOIN lots AS o ON g.lot = o.lot AND g.vaccine = o.vaccine
    LEFT JOIN sites AS i ON g.site = i.site
    LEFT JOIN sessions AS e ON g.site = e.site AND g.dose_date = e.day
) AS judged
WHERE coalesce(date_code, number_code, vaccine_code, age_code, lot_code, site_code) IS NOT NULL
