-- 07 patterns: run on the pairs by number, on random pairs and on the candidates alike
-- reads   compared (02), claims, rarities (05; empty where names are not needed)
-- does    counts how often each combination of levels occurs: all that learning needs to see
-- writes  agree, held (the number led there), the levels, rarity, pairs
SELECT
    k.agree,
    k.via > 0 AS held,
    k.name_level, k.birth_level, k.sex_level, k.phone_level, k.place_level, k.number_level,
    coalesce(r.rarity, 0) AS rarity,
    count(*) AS pairs
FROM compared AS k
JOIN claims AS c ON k.claim = c.claim
LEFT JOIN rarities AS r ON c.name_fold = r.name_fold
GROUP BY
    k.agree, k.via > 0, k.name_level, k.birth_level, k.sex_level, k.phone_level, k.place_level, k.number_level,
    coalesce(r.rarity, 0)
