-- 09 rank
-- reads   scored (08)
-- does    puts the candidates of a claim in order: highest weight first, then the smaller person_no
-- writes  one row per claim: the first candidate with its levels, its weight, and the weight of the second
SELECT
    claim, person_no, via,
    name_level, birth_level, sex_level, phone_level, place_level, number_level,
    weight, second_weight
FROM (
    SELECT
        s.*,
        row_number() OVER (PARTITION BY claim ORDER BY weight DESC NULLS LAST, person_no ASC NULLS LAST) AS place_no,
        lead(weight) OVER (PARTITION BY claim ORDER BY weight DESC NULLS LAST, person_no ASC NULLS LAST)
            AS second_weight
    FROM scored AS s
) AS ranked
WHERE place_no = 1
