-- 07 together
-- reads   roles (06), people (03), given (01), intervals, mixing
-- does    compares distance and product of each counted dose with the rules of its day, place and age
-- writes  record and a code or null per kind, for the doses with at least one
SELECT
    coalesce(f.record, g.record) AS record,
    f.interval_code,
    f.mixing_code
FROM (
    SELECT
        r.record,
        r.person,
        CASE
            WHEN i.kind IS NULL AND r.kind <> 'primary' THEN 'booster_not_advised_then'
            WHEN i.kind IS NULL OR r.before_day IS NULL THEN NULL
            WHEN r.day_no - r.before_day < i.min_days THEN 'interval_too_short'
            WHEN r.month_key < r.before_month + i.min_months * 100 THEN 'interval_too_short'
            WHEN r.day_no - r.before_day > i.max_days THEN 'interval_too_long'
        END AS interval_code,
        CASE
            WHEN r.before_product <> 0 AND r.product <> 0 AND r.before_product <> r.product AND m.scope IS NULL
                THEN 'mixing_not_allowed_then'
        END AS mixing_code
    FROM (
        SELECT
            record,
            person,
            kind,
            scope,
            product,
            day_no,
            month_key,
            period,
            band,
            province,
            before_day,
            before_month,
            before_product
        FROM roles
        UNION ALL
        SELECT
            NULL AS record,
            person,
            'primary' AS kind,
            'primary' AS scope,
            product_2 AS product,
            day_2 AS day_no,
            month_2 AS month_key,
            period_2 AS period,
            band_2 AS band,
            province_2 AS province,
            day_1 AS before_day,
            month_1 AS before_month,
            product_1 AS before_product
        FROM people
        WHERE tangled = 0
    ) AS r
    LEFT JOIN intervals AS i
        ON r.kind = i.kind AND coalesce(r.before_product, r.product) = i.product_1 AND r.product = i.product_2
        AND r.province = i.province AND r.band = i.band AND r.period = i.period
    LEFT JOIN mixing AS m
        ON r.scope = m.scope AND r.before_product = m.product_1 AND r.product = m.product_2
        AND r.band = m.band AND r.period = m.period
) AS f
LEFT JOIN given AS g ON f.record IS NULL AND f.person = g.person AND g.no = 2 AND g.date_code IS NULL
WHERE coalesce(f.interval_code, f.mixing_code) IS NOT NULL
