-- 06 roles
-- reads   numbered (05), intervals
-- does    leaves out doses beyond the course before extra doses existed; tells primary, additional (the first one after
--         the course, too early for a booster), first and later boosters; counts as a certificate does
-- writes  record, person, role, dn, sd, kind, scope, product, day_no .. province, and day, month and product of the dose
--         with the number before (null where it is not recorded)
SELECT
    record,
    person,
    CASE
        WHEN beyond <= 0 THEN 'primary'
        WHEN beyond = 1 AND early = 1 THEN 'additional'
        ELSE 'booster'
    END AS role,
    dn,
    CASE WHEN beyond <= 0 OR size = 1 THEN size ELSE dn END AS sd,
    CASE
        WHEN beyond <= 0 THEN 'primary'
        WHEN beyond = 1 AND early = 1 THEN 'additional'
        WHEN beyond = 1 OR (beyond = 2 AND any_early = 1) THEN 'booster1'
        ELSE 'booster2'
    END AS kind,
    CASE WHEN beyond <= 0 THEN 'primary' ELSE 'extra' END AS scope,
    product,
    day_no,
    month_key,
    period,
    band,
    province,
    before_day,
    before_month,
    before_product
FROM (
    SELECT e.*, max(early) OVER (PARTITION BY person) AS any_early
    FROM (
        SELECT
            f.*,
            CASE
                WHEN f.beyond = 1 AND f.before_day IS NOT NULL AND (
                    f.day_no - f.before_day < i.min_days OR f.month_key < f.before_month + i.min_months * 100
                ) THEN 1
                ELSE 0
            END AS early
        FROM (
            SELECT
                c.*,
                dn - size AS beyond,
                CASE WHEN last_dn = dn - 1 THEN last_day END AS before_day,
                CASE WHEN last_dn = dn - 1 THEN last_month END AS before_month,
                CASE WHEN last_dn = dn - 1 THEN last_product END AS before_product
            FROM (
                SELECT
                    x.*,
                    lag(dn) OVER (PARTITION BY person ORDER BY place NULLS LAST) AS last_dn,
                    lag(day_no) OVER (PARTITION BY person ORDER BY place NULLS LAST) AS last_day,
                    lag(month_key) OVER (PARTITION BY person ORDER BY place NULLS LAST) AS last_month,
                    lag(product) OVER (PARTITION BY person ORDER BY place NULLS LAST) AS last_product
                FROM (
                    SELECT
                        n.*,
                        CASE WHEN number > size AND extra = 0 THEN 1 ELSE 0 END AS excess,
                        number - sum(CASE WHEN number > size AND extra = 0 THEN 1 ELSE 0 END) OVER (
                            PARTITION BY person ORDER BY place NULLS LAST
                            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                        ) AS dn
                    FROM numbered AS n
                ) AS x
                WHERE excess = 0
            ) AS c
        ) AS f
        LEFT JOIN intervals AS i
            ON i.kind = 'booster1' AND f.before_product = i.product_1 AND f.product = i.product_2
            AND f.province = i.province AND f.band = i.band AND f.period = i.period
    ) AS e
) AS told
