-- 09 decide
-- reads   claims, numbered (01), scored (08), thresholds (one row: propose, sure_weight, sure_margin, doubt_margin)
-- does    1 a number's holder who agrees in name with marks, birth date and sex is MATCHED
--         2 otherwise the first candidate by weight is the proposal, if it weighs enough to be worth a look; it is sure
--           if weight and margin say so, but not against a quite different name or birth date: that is a relative
--         3 the state of the number and whether its holder is the first candidate give the identity
--         4 the levels of the first candidate give the reasons; without a holder only if the proposal is sure
-- writes  one row per claim: identity, person_no, via, sure, weight, margin, and a reason code or null per field
WITH held AS (
    SELECT
        claim,
        count(*) AS holders,
        count(CASE WHEN agree THEN person_no END) AS matched_people,
        min(CASE WHEN agree THEN person_no END) AS matched_person,
        min(CASE WHEN agree THEN via END) AS matched_via
    FROM numbered
    GROUP BY claim
),
weighed AS (
    SELECT
        c.claim, c.number_state, c.refused, c.birth_date, c.name_key,
        h.matched_people, h.matched_person, h.matched_via,
        coalesce(h.holders, 0) AS holders,
        t.propose, t.sure_weight, t.sure_margin, t.doubt_margin,
        CASE WHEN r.weight >= t.propose THEN r.person_no END AS first_person,
        CASE WHEN r.weight >= t.propose THEN r.via END AS first_via,
        r.name_level, r.birth_level, r.sex_level,
        r.weight, r.second_weight,
        r.weight - greatest(coalesce(r.second_weight, 0), 0) AS margin
    FROM claims AS c
    CROSS JOIN thresholds AS t
    LEFT JOIN held AS h ON c.claim = h.claim
    LEFT JOIN scored AS r ON c.claim = r.claim AND r.place_no = 1
),
judged AS (
    SELECT
        w.*,
        CASE
            WHEN refused IS NOT NULL THEN 'REFUSED'
            WHEN number_state IN ('passport', 'foreign') THEN 'FOREIGN'
            WHEN matched_people = 1 THEN 'MATCHED'
            WHEN matched_people > 1 THEN 'AMBIGUOUS'
            WHEN holders > 0 AND first_person IS NOT NULL AND second_weight IS NOT NULL AND margin < doubt_margin
                THEN 'AMBIGUOUS'
            WHEN holders > 0 THEN 'MISMATCH'
            WHEN number_state IN ('twelve', 'nine') THEN 'NOT_FOUND'
            ELSE 'NO_NUMBER'
        END AS identity,
        coalesce(
            weight >= sure_weight AND margin >= sure_margin
                AND (first_via > 0 OR name_level BETWEEN 0 AND 8 AND birth_level < 7),
            false
        ) AS convincing
    FROM weighed AS w
),
spoken AS (
    SELECT
        j.*,
        identity IN ('MISMATCH', 'AMBIGUOUS', 'NOT_FOUND', 'NO_NUMBER')
            AND first_person IS NOT NULL AND (first_via > 0 OR convincing) AS levels_speak
    FROM judged AS j
)
SELECT
    claim,
    identity,
    CASE
        WHEN identity IN ('REFUSED', 'FOREIGN') THEN NULL
        WHEN matched_people > 0 THEN matched_person
        ELSE first_person
    END AS person_no,
    CASE WHEN identity = 'MATCHED' THEN matched_via ELSE coalesce(first_via, 0) END AS via,
    CASE
        WHEN identity = 'MATCHED' THEN true
        WHEN matched_people > 1 OR identity IN ('REFUSED', 'FOREIGN') THEN false
        ELSE first_person IS NOT NULL AND convincing
    END AS sure,
    CASE WHEN identity IN ('REFUSED', 'FOREIGN') OR first_person IS NULL THEN NULL ELSE weight END AS weight,
    CASE WHEN identity IN ('REFUSED', 'FOREIGN') OR first_person IS NULL THEN NULL ELSE margin END AS margin,
    CASE
        WHEN identity IN ('MATCHED', 'REFUSED', 'FOREIGN') OR matched_people > 1 THEN NULL
        WHEN name_key IS NULL THEN 'name_missing'
        WHEN NOT levels_speak THEN NULL
        WHEN name_level = 1 THEN 'name_marks_lost'
        WHEN name_level = 2 THEN 'name_marks_differ'
        WHEN name_level = 3 THEN 'name_order'
        WHEN name_level = 4 THEN 'name_variant'
        WHEN name_level = 5 THEN 'name_one_letter'
        WHEN name_level = 6 THEN 'name_words_missing'
        WHEN name_level >= 7 THEN 'name_other'
    END AS name_reason,
    CASE
        WHEN identity IN ('MATCHED', 'REFUSED', 'FOREIGN') OR matched_people > 1 THEN NULL
        WHEN birth_date IS NULL THEN 'birth_missing'
        WHEN NOT levels_speak THEN NULL
        WHEN birth_level = 1 THEN 'birth_day_month_swapped'
        WHEN birth_level = 2 THEN 'birth_year_only'
        WHEN birth_level = 3 THEN 'birth_0101_for_year'
        WHEN birth_level = 4 THEN 'birth_register_year_only'
        WHEN birth_level >= 5 THEN 'birth_other'
    END AS birth_reason,
    CASE WHEN levels_speak AND sex_level = 1 THEN 'sex_differs' END AS sex_reason,
    CASE
        WHEN identity IN ('REFUSED', 'FOREIGN') THEN NULL
        WHEN identity = 'MATCHED' THEN CASE WHEN matched_via = 2 THEN 'number_old_cmnd' END
        WHEN matched_people > 1 THEN 'number_held_twice'
        WHEN identity = 'AMBIGUOUS' THEN 'person_ambiguous'
        WHEN identity = 'MISMATCH' THEN
            CASE WHEN coalesce(first_via, 0) = 0 THEN 'number_of_another_person'
                 WHEN first_via = 2 THEN 'number_old_cmnd' END
        WHEN identity = 'NOT_FOUND' THEN 'number_unknown'
        WHEN number_state = 'malformed' THEN 'number_malformed'
        ELSE 'number_missing'
    END AS number_reason
FROM spoken
