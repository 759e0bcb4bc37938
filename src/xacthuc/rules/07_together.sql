-- 07 together
-- reads   roles (06), given (01), tangled (03), intervals, mixing
-- does    compares distance and product of each counted dose with the rules of its day, place and age; of who is not
--         tangled, the doses 1 and 2
-- writes  record and a code or null per kind, for the doses with at least one
SELECT record, interval_code, mixing_code
FROM (
    SELECT
        r.record,
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
            b.record,
            'primary' AS kind,
            'primary' AS scope,
            b.product,
            b.day_no,
            b.month_key,
            b.period,
            b.band,
            b.province,
            a.day_no AS before_day,
            a.month_key AS before_month,
            a.product AS before_product
        FROM given AS a
        JOIN given AS b ON a.person = b.person
        LEFT JOIN tangled AS t ON a.person = t.person
        WHERE a.no = 1 AND b.no = 2 AND a.date_code IS NULL AND b.date_code IS NULL AND t.person IS NULL
    ) AS r
    LEFT JOIN intervals AS i
        ON r.kind = i.kind AND coalesce(r.before_product, r.product) = i.product_1 AND r.product = i.product_2
        AND r.province = i.province AND r.band = i.band AND r.period = i.period
    LEFT JOIN mixing AS m
        ON r.scope = m.scope AND r.before_product = m.product_1 AND r.product = m.product_2
        AND r.band = m.band AND r.period = m.period
) AS compared
WHERE coalesce(interval_code, mixing_code) IS NOT NULL
