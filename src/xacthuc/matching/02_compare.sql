-- 02 compare: run on the pairs by number, on random pairs and on the candidates alike
-- reads   pairs (claim, person_no, via, agree), claims, people
-- does    compares field by field (the dear comparisons behind cheap ones: an engine may work out both sides of
--         an AND, but only the branch of a CASE that it takes)
-- writes  claim, person_no, via, agree and a level per field: 0 says the same, higher is further apart, -1 is missing.
--         name    1 marks lost  2 a mark differs  3 other order  4 regional spelling  5 one letter  6 words missing
--                 7 two letters  8 first and last word equal  9 last word equal  10 other
--         birth   1 day and month swapped  2 claim has the year only  3 claim has 1 January, register the year
--                 4 register has the year only  5 one part differs  6 year equal  7 other
--         number  0 the same (or the old number)  1 one digit off  2 first six digits equal  3 other
--         place   0 commune  1 district  2 province  3 other;  sex, phone  0 same  1 other
SELECT
    claim,
    person_no,
    via,
    agree,
    CASE
        WHEN c_key IS NULL OR p_key IS NULL THEN -1
        WHEN c_key = p_key THEN 0
        WHEN c_base = p_base AND c_key = c_base THEN 1
        WHEN c_base = p_base THEN 2
        WHEN c_fold = p_fold THEN CASE WHEN sorted_words(c_base) = sorted_words(p_base) THEN 3 ELSE 4 END
        WHEN CASE
            WHEN length(c_first) > 1 OR length(p_first) = 1 OR c_last <> p_last THEN false
            ELSE words_begin_within(c_base, p_base)
        END THEN 6
        WHEN CASE
            WHEN apart = 1 THEN true
            WHEN apart <> 2 OR length(c_base) <> length(p_base) THEN false
            ELSE sorted_letters(c_base) = sorted_letters(p_base)
        END THEN 5
        WHEN CASE
            WHEN c_last <> p_last THEN false
            WHEN c_base NOT LIKE '%<%' OR p_base NOT LIKE '%<%' THEN false
            WHEN words_begin_within(c_base, p_base) THEN true
            ELSE words_begin_within(p_base, c_base)
        END THEN 6
        WHEN CASE
            WHEN apart = 2 THEN true
            WHEN length(c_fold) - length(p_fold) NOT BETWEEN -1 AND 1 THEN false
            ELSE levenshtein(c_fold, p_fold) = 1
        END THEN 7
        WHEN c_last = p_last AND c_first = p_first THEN 8
        WHEN c_last = p_last THEN 9
        ELSE 10
    END AS name_level,
    CASE
        WHEN c_birth IS NULL OR p_birth IS NULL THEN -1
        WHEN c_birth = p_birth THEN 0
        WHEN length(c_birth) = 10 AND length(p_birth) = 10 THEN
            CASE
                WHEN c_birth = concat(substr(p_birth, 1, 5), substr(p_birth, 9, 2), '-', substr(p_birth, 6, 2)) THEN 1
                WHEN substr(c_birth, 1, 7) = substr(p_birth, 1, 7) THEN 5
                WHEN substr(c_birth, 6, 5) = substr(p_birth, 6, 5) THEN 5
                WHEN concat(substr(c_birth, 1, 4), substr(c_birth, 9, 2))
                    = concat(substr(p_birth, 1, 4), substr(p_birth, 9, 2)) THEN 5
                WHEN substr(c_birth, 1, 4) = substr(p_birth, 1, 4) THEN 6
                ELSE 7
            END
        WHEN substr(c_birth, 1, 4) <> substr(p_birth, 1, 4) THEN 7
        WHEN length(c_birth) = 4 THEN 2
        WHEN substr(c_birth, 6, 5) = '01-01' THEN 3
        ELSE 4
    END AS birth_level,
    CASE WHEN c_sex IS NULL OR p_sex IS NULL THEN -1 WHEN c_sex = p_sex THEN 0 ELSE 1 END AS sex_level,
    CASE WHEN c_phone IS NULL OR p_phone IS NULL THEN -1 WHEN c_phone = p_phone THEN 0 ELSE 1 END AS phone_level,
    CASE
        WHEN c_place IS NULL OR p_place IS NULL THEN -1
        WHEN c_place = p_place THEN 0
        WHEN c_district = p_district THEN 1
        WHEN c_province = p_province THEN 2
        ELSE 3
    END AS place_level,
    CASE
        WHEN via > 0 THEN 0
        WHEN c_digits IS NULL THEN -1
        WHEN p_number12 IS NULL AND p_number9 IS NULL THEN -1
        WHEN length(c_digits) = 9 AND p_number9 IS NULL THEN -1
        WHEN length(c_digits) > 9 AND p_number12 IS NULL THEN -1
        WHEN CASE
            WHEN p_number12 IS NULL THEN false
            WHEN substr(c_digits, 1, 5) <> substr(p_number12, 1, 5) AND substr(c_digits, -5) <> substr(p_number12, -5)
                THEN false
            WHEN levenshtein(c_digits, p_number12) <= 1 THEN true
            WHEN levenshtein(c_digits, p_number12) > 2 THEN false
            ELSE sorted_letters(c_digits) = sorted_letters(p_number12)
        END THEN 1
        WHEN CASE
            WHEN p_number9 IS NULL THEN false
            WHEN substr(c_digits, 1, 4) <> substr(p_number9, 1, 4) AND substr(c_digits, -4) <> substr(p_number9, -4)
                THEN false
            WHEN levenshtein(c_digits, p_number9) <= 1 THEN true
            WHEN levenshtein(c_digits, p_number9) > 2 THEN false
            ELSE sorted_letters(c_digits) = sorted_letters(p_number9)
        END THEN 1
        WHEN substr(c_digits, 1, 6) = substr(p_number12, 1, 6) THEN 2
        ELSE 3
    END AS number_level
FROM (
    SELECT
        joined.*,
        CASE
            WHEN c_base = p_base OR c_fold = p_fold OR length(c_base) - length(p_base) NOT BETWEEN -2 AND 2 THEN 3
            ELSE levenshtein(c_base, p_base)
        END AS apart
    FROM (
        SELECT
            pairs.claim,
            pairs.person_no,
            pairs.via,
            pairs.agree,
            c.name_key AS c_key,
            p.name_key AS p_key,
            c.name_base AS c_base,
            p.name_base AS p_base,
            c.name_last AS c_last,
            p.name_last AS p_last,
            c.name_first AS c_first,
            p.name_first AS p_first,
            c.name_fold AS c_fold,
            p.name_fold AS p_fold,
            c.birth_date AS c_birth,
            p.birth_date AS p_birth,
            c.sex AS c_sex,
            p.sex AS p_sex,
            c.phone AS c_phone,
            p.phone AS p_phone,
            coalesce(c.commune, c.place) AS c_place,
            coalesce(p.commune, p.place) AS p_place,
            c.district AS c_district,
            p.district AS p_district,
            c.province AS c_province,
            p.province AS p_province,
            coalesce(c.number12, c.number9, c.digits) AS c_digits,
            p.number12 AS p_number12,
            p.number9 AS p_number9
        FROM pairs
        JOIN claims AS c ON pairs.claim = c.claim
        JOIN people AS p ON pairs.person_no = p.person_no
    ) AS joined
) AS sides
