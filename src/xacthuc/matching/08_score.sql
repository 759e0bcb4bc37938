-- 08 score
-- reads   candidates (02 on 06), compared (02 on 03), asked (05), weights (field, level, rarity,
--         weight)
-- does    puts the number's holders and the other candidates of the residual together and adds up the weights of
--         their levels; the weight of an equal name depends on how many people bear it, and the number weighs nothing
--         where name and birth date are another's: it is a relative's. Then puts the candidates of a claim in order:
--         highest weight first, then the smaller person_no
-- writes  the first three candidates of a claim with place_no (1 is the first), their levels, name_weight ...
--         number_weight and weight, in hundredths of a bit, and the weight of the one that follows
WITH weighed AS (
    SELECT
        k.claim, k.person_no, k.via,
        k.name_level, k.birth_level, k.sex_level, k.phone_level, k.place_level, k.number_level,
        coalesce(wn.weight, 0) AS name_weight,
        coalesce(wb.weight, 0) AS birth_weight,
        coalesce(ws.weight, 0) AS sex_weight,
        coalesce(wf.weight, 0) AS phone_weight,
        coalesce(wp.weight, 0) AS place_weight,
        CASE
            WHEN k.via > 0 AND k.name_level >= 7 AND k.birth_level NOT BETWEEN 0 AND 3 THEN 0
            ELSE coalesce(wi.weight, 0)
        END AS number_weight
    FROM (
        SELECT claim, person_no, via, name_level, birth_level, sex_level, phone_level, place_level, number_level
        FROM candidates
        UNION ALL
        SELECT
            h.claim, h.person_no, h.via,
            h.name_level, h.birth_level, h.sex_level, h.phone_level, h.place_level, h.number_level
        FROM compared AS h
        JOIN asked AS s ON h.claim = s.claim
        WHERE h.via > 0
    ) AS k
    LEFT JOIN asked AS r ON k.claim = r.claim
    LEFT JOIN weights AS wn ON wn.field = 'name' AND wn.level = k.name_level
        AND wn.rarity = CASE WHEN k.name_level BETWEEN 0 AND 4 THEN coalesce(r.rarity, 0) ELSE 0 END
    LEFT JOIN weights AS wb ON wb.field = 'birth_date' AND wb.level = k.birth_level
    LEFT JOIN weights AS ws ON ws.field = 'sex' AND ws.level = k.sex_level
    LEFT JOIN weights AS wf ON wf.field = 'phone' AND wf.level = k.phone_level
    LEFT JOIN weights AS wp ON wp.field = 'place' AND wp.level = k.place_level
    LEFT JOIN weights AS wi ON wi.field = 'number' AND wi.level = k.number_level
),
summed AS (
    SELECT
        weighed.*,
        name_weight + birth_weight + sex_weight + phone_weight + place_weight + number_weight AS weight
    FROM weighed
),
ranked AS (
    SELECT
        summed.*,
        row_number() OVER (PARTITION BY claim ORDER BY weight DESC NULLS LAST, person_no ASC NULLS LAST) AS place_no,
        lead(weight) OVER (PARTITION BY claim ORDER BY weight DESC NULLS LAST, person_no ASC NULLS LAST)
            AS second_weight
    FROM summed
)
SELECT *
FROM ranked
WHERE place_no <= 3
