-- 06 blocks
-- reads   settled (04), claims, people, numbered (01), rarities (05), sizes (one row: narrow; common, a class of rarity)
-- does    finds candidates for the residual: people who share a selective part of what the claim says. The larger the
--         register, the more strangers share one part; in a large one (narrow) something else must be near as well, for
--         who is left out then could not be proposed. A claim whose number's holder differs a little meets only people
--         with exactly its name and birth date
-- writes  claim, person_no, via (0), agree (false): without the holders of the number, who are compared already
WITH wide AS (
    SELECT
        c.claim, c.name_fold, c.name_base, c.name_first, c.name_last, c.birth_date, c.sex, c.phone,
        substr(c.birth_date, 1, 4) AS birth_year,
        CASE WHEN length(c.birth_date) = 10 THEN c.birth_date END AS birth_day,
        coalesce(c.commune, c.place) AS place,
        coalesce(c.province, '') AS province,
        CASE WHEN length(coalesce(c.number12, c.digits)) >= 9 THEN coalesce(c.number12, c.digits) END AS digits,
        coalesce(f.rarity, 0) > sizes.common AS common_name,
        sizes.narrow
    FROM claims AS c
    JOIN settled AS s ON c.claim = s.claim
    CROSS JOIN sizes
    LEFT JOIN rarities AS f ON c.claim = f.claim
    WHERE s.reach = 'wide'
),
found AS (
    SELECT c.claim, p.person_no
    FROM settled AS s
    JOIN claims AS c ON s.claim = c.claim
    JOIN people AS p ON c.name_key = p.name_key AND c.birth_date = p.birth_date
    WHERE s.reach = 'near'
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.name_fold = p.name_fold AND w.birth_date = p.birth_date
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.birth_day = p.birth_date AND w.place = coalesce(p.commune, p.place)
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.name_fold = p.name_fold AND w.place = coalesce(p.commune, p.place)
        AND (
            NOT w.narrow OR w.birth_date IS NULL OR p.birth_date IS NULL
            OR w.birth_year = substr(p.birth_date, 1, 4) OR substr(w.birth_date, 5, 6) = substr(p.birth_date, 5, 6)
        )
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.phone = p.phone AND (w.name_last = p.name_last OR w.birth_year = substr(p.birth_date, 1, 4))
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.name_fold = p.name_fold AND w.birth_year = substr(p.birth_date, 1, 4)
        AND w.province = coalesce(p.province, '')
        AND (
            NOT w.narrow OR w.birth_day IS NULL OR length(p.birth_date) = 4
            OR NOT w.common_name AND (
                substr(w.birth_date, 6, 2) = substr(p.birth_date, 6, 2)
                OR substr(w.birth_date, 9, 2) = substr(p.birth_date, 9, 2)
            )
            OR substr(w.birth_date, 6, 5)
                = concat(substr(p.birth_date, 9, 2), '-', substr(p.birth_date, 6, 2))
        )
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.birth_day = p.birth_date AND w.name_last = p.name_last AND coalesce(w.sex = p.sex, true)
        AND CASE
            WHEN NOT w.narrow THEN true
            WHEN NOT (w.name_first = p.name_first OR w.province = coalesce(p.province, '')) THEN false
            WHEN length(w.name_base) - length(p.name_base) BETWEEN -2 AND 2 THEN
                levenshtein(w.name_base, p.name_base) <= 2
            WHEN length(w.name_base) < length(p.name_base) THEN words_begin_within(w.name_base, p.name_base)
            ELSE words_begin_within(p.name_base, w.name_base)
        END
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.birth_day = p.birth_date AND w.name_first = p.name_first AND w.province = coalesce(p.province, '')
        AND coalesce(w.sex = p.sex, true)
        AND CASE
            WHEN NOT w.narrow THEN true
            WHEN length(w.name_base) - length(p.name_base) BETWEEN -2 AND 2 THEN
                levenshtein(w.name_base, p.name_base) <= 2
            WHEN length(w.name_base) < length(p.name_base) THEN words_begin_within(w.name_base, p.name_base)
            ELSE words_begin_within(p.name_base, w.name_base)
        END
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.place = coalesce(p.commune, p.place) AND w.name_last = p.name_last
        AND w.birth_year = substr(p.birth_date, 1, 4)
        AND (
            NOT w.narrow
            OR coalesce(w.sex = p.sex, true) AND (
                w.name_first = p.name_first
                OR substr(w.birth_date, 6, 2) = substr(p.birth_date, 6, 2)
                OR substr(w.birth_date, 9, 2) = substr(p.birth_date, 9, 2)
            )
        )
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON substr(w.digits, 1, 6) = substr(p.number12, 1, 6) AND substr(w.digits, -3) = substr(p.number12, -3)
        AND (
            NOT w.narrow OR w.name_last = p.name_last
            OR w.name_first = p.name_first AND w.birth_date = p.birth_date
        )
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON substr(w.digits, -6) = substr(p.number12, -6) AND w.birth_year = substr(p.birth_date, 1, 4)
        AND (NOT w.narrow OR w.name_last = p.name_last OR w.name_first = p.name_first)
)
SELECT found.claim, found.person_no, 0 AS via, false AS agree
FROM (SELECT DISTINCT claim, person_no FROM found) AS found
LEFT JOIN (SELECT claim, person_no FROM numbered WHERE NOT agree AND person_no IS NOT NULL) AS n
    ON found.claim = n.claim AND found.person_no = n.person_no
WHERE n.claim IS NULL
