-- 06 together
-- reads   roles (05), intervals, mixing
-- does    compares distance and product of each counted dose with the rules of its day, place and age
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
            WHEN r.before_product <> '' AND r.product <> '' AND r.before_product <> r.product AND m.scope IS NULL
                THEN 'mixing_not_allowed_then'
        END AS mixing_code
    FROM roles AS r
    LEFT JOIN intervals AS i
        ON r.kind = i.kind AND coalesce(r.before_product, r.product) = i.first_product
        AND r.product = i.second_product AND r.province = i.province AND r.band = i.band AND r.period = i.period
    LEFT JOIN mixing AS m
        ON r.scope = m.scope AND r.before_product = m.first_product AND r.product = m.second_product
        AND r.band = m.band AND r.period = m.period
) AS judged
WHERE coalesce(interval_code, mixing_code) IS NOT NULL
