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
            WHEN g.product = 0 AND g.unlicensed IS NULL THEN 'vaccine_missing'
            WHEN g.product = 0 THEN 'vaccine_not_licensed'
            WHEN g.day_no < p.licensed_no THEN 'product_not_licensed_yet'
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
            WHEN g.product = 0 AND g.unlicensed IS NULL THEN NULL
            WHEN o.lot IS NULL THEN 'lot_of_another_product'
            WHEN g.day_no > o.expires_no THEN 'lot_expired'
        END AS lot_code,
        CASE WHEN g.day_no IS NOT NULL AND i.site IS NOT NULL AND e.site IS NULL THEN 'site_closed' END AS site_code
    FROM given AS g
    CROSS JOIN settings AS s
    LEFT JOIN products AS p ON g.product = p.product
    LEFT JOIN age_limits AS a ON g.product = a.product AND g.period = a.period
    LEFT JOIN lot_numbers AS l ON g.lot = l.lot
    LEFT JOIN lots AS o ON g.lot = o.lot AND coalesce(p.vaccine, g.unlicensed) = o.vaccine
    LEFT JOIN sites AS i ON g.site = i.site
    LEFT JOIN sessions AS e ON g.site = e.site AND g.day_no = e.day_no
) AS judged
WHERE coalesce(date_code, number_code, vaccine_code, age_code, lot_code, site_code) IS NOT NULL
