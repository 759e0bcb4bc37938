-- 09 decide
-- reads   settled (04), scored (08), thresholds (one row: propose, sure_weight, sure_margin, doubt_margin)
-- does    1 a number's holder who agrees in name with marks, birth date and sex is MATCHED
--         2 otherwise the first candidate by weight is the proposal, if it weighs enough to be worth a look; it is sure
--           if weight and margin say so, but not against a quite different name or birth date: that is a relative
--         3 the state of the number and whether its holder is the first candidate give the identity
--         4 the levels of the first candidate give the reasons; without a holder only if the proposal is sure
-- writes  one row per claim: identity, person_no, via, sure, weight, margin, and a reason code or null per field
WITH weighed AS (
    SELECT
        s.claim, s.state, s.nameless, s.birthless, s.holders,
        t.sure_weight, t.sure_margin, t.doubt_margin,
        CASE WHEN r.weight >= t.propose THEN r.person_no END AS first_person,
        CASE WHEN r.weight >= t.propose THEN r.via END AS first_via,
        r.name_level, r.birth_level, r.sex_level,
        r.weight, r.second_weight,
        r.weight - greatest(coalesce(r.second_weight, 0), 0) AS margin
    FROM settled AS s
    CROSS JOIN thresholds AS t
    LEFT JOIN (SELECT * FROM scored WHERE place_no = 1) AS r ON s.claim = r.claim
    WHERE s.reach IS NOT NULL
),
judged AS (
    SELECT
        w.*,
        CASE
            WHEN holders > 0 AND first_person IS NOT NULL AND second_weight IS NOT NULL AND margin < doubt_margin
                THEN 'AMBIGUOUS'
            WHEN holders > 0 THEN 'MISMATCH'
            WHEN state = 2 THEN 'NOT_FOUND'
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
    SELECT j.*, first_person IS NOT NULL AND (first_via > 0 OR convincing) AS levels_speak
    FROM judged AS j
)
SELECT
    claim,
    CASE
        WHEN state = 0 THEN 'REFUSED'
        WHEN state = 1 THEN 'FOREIGN'
        WHEN matched_people = 1 THEN 'MATCHED'
        ELSE 'AMBIGUOUS'
    END AS identity,
    CASE WHEN state > 1 THEN matched_person END AS person_no,
    CASE WHEN state > 1 AND matched_people = 1 THEN matched_via ELSE 0 END AS via,
    state > 1 AND matched_people = 1 AS sure,
    CAST(NULL AS INTEGER) AS weight,
    CAST(NULL AS INTEGER) AS margin,
    CAST(NULL AS STRING) AS name_reason,
    CAST(NULL AS STRING) AS birth_reason,
    CAST(NULL AS STRING) AS sex_reason,
    CASE
        WHEN state > 1 AND matched_people > 1 THEN 'number_held_twice'
        WHEN state > 1 AND matched_via = 2 THEN 'number_old_cmnd'
    END AS number_reason
FROM settled
WHERE reach IS NULL
UNION ALL
SELECT
    claim,
    identity,
    first_person AS person_no,
    coalesce(first_via, 0) AS via,
    first_person IS NOT NULL AND convincing AS sure,
    CASE WHEN first_person IS NOT NULL THEN weight END AS weight,
    CASE WHEN first_person IS NOT NULL THEN margin END AS margin,
    CASE
        WHEN nameless THEN 'name_missing'
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
        WHEN birthless THEN 'birth_missing'
        WHEN NOT levels_speak THEN NULL
        WHEN birth_level = 1 THEN 'birth_day_month_swapped'
        WHEN birth_level = 2 THEN 'birth_year_only'
        WHEN birth_level = 3 THEN 'birth_0101_for_year'
        WHEN birth_level = 4 THEN 'birth_register_year_only'
        WHEN birth_level >= 5 THEN 'birth_other'
    END AS birth_reason,
    CASE WHEN levels_speak AND sex_level = 1 THEN 'sex_differs' END AS sex_reason,
    CASE
        WHEN identity = 'AMBIGUOUS' THEN 'person_ambiguous'
        WHEN identity = 'MISMATCH' THEN
            CASE WHEN coalesce(first_via, 0) = 0 THEN 'number_of_another_person'
                 WHEN first_via = 2 THEN 'number_old_cmnd' END
        WHEN identity = 'NOT_FOUND' THEN 'number_unknown'
        WHEN state = 3 THEN 'number_malformed'
        ELSE 'number_missing'
    END AS number_reason
FROM spoken
