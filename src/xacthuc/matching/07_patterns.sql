-- 07 patterns: run on the pairs to learn from and on the candidates alike
-- reads   compared (02), asked (05; none of the claims outside the residual)
-- does    counts how often each combination of levels occurs: all that learning needs to see
-- writes  agree, held (the number led there), the levels, rarity, pairs
SELECT
    k.agree,
    k.via > 0 AS held,
    k.name_level, k.birth_level, k.sex_level, k.phone_level, k.place_level, k.number_level,
    coalesce(r.rarity, 0) AS rarity,
    count(*) AS pairs
FROM compared AS k
LEFT JOIN asked AS r ON k.claim = r.claim
GROUP BY
    k.agree, k.via > 0, k.name_level, k.birth_level, k.sex_level, k.phone_level, k.place_level, k.number_level,
    coalesce(r.rarity, 0)
