-- 06 blocks
-- reads   asked (05), people, numbered (01), sizes (one row: narrow; common, a class of rarity)
-- does    finds candidates for the residual: people who share a selective part of what the claim says
--         1 with the same name and birth date, or the same phone; a claim whose number's holder differs a little meets
--           only people with exactly its name and birth date
--         2 who share less
--         3 the larger the register, the more strangers share so little; so in a large one (narrow) nobody else is looked
--           for where somebody bears exactly the name and the birth date and lives in the place or has the phone, and
--           something more must be near: who is left out then could hardly be proposed
-- writes  claim, person_no, via (0), agree (false): without the holders of the number, who are compared already
WITH wide AS (
    SELECT
        a.claim, a.name_key, a.name_fold, a.name_base, a.name_first, a.name_last, a.birth_date, a.sex, a.phone,
        substr(a.birth_date, 1, 4) AS birth_year,
        CASE WHEN length(a.birth_date) = 10 THEN a.birth_date END AS birth_day,
        coalesce(a.commune, a.place) AS place,
        coalesce(a.province, '') AS province,
        CASE WHEN length(coalesce(a.number12, a.digits)) >= 9 THEN coalesce(a.number12, a.digits) END AS digits,
        coalesce(a.rarity, 0) > sizes.common AS common_name,
        sizes.narrow
    FROM asked AS a
    CROSS JOIN sizes
    WHERE a.reach = 'wide'
),
first AS (
    SELECT a.claim, p.person_no, false AS plain
    FROM asked AS a
    JOIN people AS p ON a.name_key = p.name_key AND a.birth_date = p.birth_date
    WHERE a.reach = 'near'
    UNION ALL
    SELECT
        w.claim, p.person_no,
        w.narrow AND w.name_key = p.name_key
            AND coalesce(w.place = coalesce(p.commune, p.place) OR w.phone = p.phone, false) AS plain
    FROM wide AS w
    JOIN people AS p ON w.name_fold = p.name_fold AND w.birth_date = p.birth_date
    UNION ALL
    SELECT w.claim, p.person_no, false AS plain
    FROM wide AS w
    JOIN people AS p ON w.phone = p.phone AND (w.name_last = p.name_last OR w.birth_year = substr(p.birth_date, 1, 4))
),
every AS (
    SELECT * FROM wide WHERE NOT narrow
),
few AS (
    SELECT w.*
    FROM wide AS w
    LEFT JOIN (SELECT DISTINCT claim AS claim FROM first WHERE plain) AS found ON w.claim = found.claim
    WHERE w.narrow AND found.claim IS NULL
),
found AS (
    SELECT claim, person_no FROM first
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON e.birth_day = p.birth_date AND e.place = coalesce(p.commune, p.place)
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON e.name_fold = p.name_fold AND e.place = coalesce(p.commune, p.place)
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON e.name_fold = p.name_fold AND e.birth_year = substr(p.birth_date, 1, 4)
        AND e.province = coalesce(p.province, '')
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON e.birth_day = p.birth_date AND e.name_last = p.name_last AND coalesce(e.sex = p.sex, true)
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON e.birth_day = p.birth_date AND e.name_first = p.name_first AND e.province = coalesce(p.province, '')
        AND coalesce(e.sex = p.sex, true)
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON e.place = coalesce(p.commune, p.place) AND e.name_last = p.name_last
        AND e.birth_year = substr(p.birth_date, 1, 4)
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON substr(e.digits, 1, 6) = substr(p.number12, 1, 6) AND substr(e.digits, -3) = substr(p.number12, -3)
    UNION ALL
    SELECT e.claim, p.person_no FROM every AS e JOIN people AS p
        ON substr(e.digits, -6) = substr(p.number12, -6) AND e.birth_year = substr(p.birth_date, 1, 4)
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON f.birth_day = p.birth_date AND f.place = coalesce(p.commune, p.place)
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON f.name_fold = p.name_fold AND f.place = coalesce(p.commune, p.place)
        AND (
            f.birth_date IS NULL OR p.birth_date IS NULL
            OR f.birth_year = substr(p.birth_date, 1, 4) OR substr(f.birth_date, 5, 6) = substr(p.birth_date, 5, 6)
        )
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON f.name_fold = p.name_fold AND f.birth_year = substr(p.birth_date, 1, 4)
        AND f.province = coalesce(p.province, '')
        AND (
            f.birth_day IS NULL OR length(p.birth_date) = 4
            OR NOT f.common_name AND (
                substr(f.birth_date, 6, 2) = substr(p.birth_date, 6, 2)
                OR substr(f.birth_date, 9, 2) = substr(p.birth_date, 9, 2)
            )
            OR substr(f.birth_date, 6, 5) = concat(substr(p.birth_date, 9, 2), '-', substr(p.birth_date, 6, 2))
        )
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON f.birth_day = p.birth_date AND f.name_last = p.name_last AND f.name_first = p.name_first
        AND coalesce(f.sex = p.sex, true)
        AND CASE
            WHEN length(f.name_base) - length(p.name_base) NOT BETWEEN -1 AND 1 THEN CASE
                WHEN f.name_base NOT LIKE '%<%<%' OR p.name_base NOT LIKE '%<%<%' THEN true
                WHEN length(f.name_base) < length(p.name_base) THEN words_begin_within(f.name_base, p.name_base)
                ELSE words_begin_within(p.name_base, f.name_base)
            END
            ELSE CASE levenshtein(f.name_base, p.name_base)
                WHEN 0 THEN true
                WHEN 1 THEN true
                WHEN 2 THEN sorted_letters(f.name_base) = sorted_letters(p.name_base)
                ELSE false
            END
        END
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON f.birth_day = p.birth_date AND f.name_last = p.name_last AND f.province = coalesce(p.province, '')
        AND coalesce(f.sex = p.sex, true)
        AND CASE
            WHEN length(f.name_base) - length(p.name_base) NOT BETWEEN -1 AND 1 THEN false
            ELSE CASE levenshtein(f.name_base, p.name_base)
                WHEN 0 THEN true
                WHEN 1 THEN true
                WHEN 2 THEN sorted_letters(f.name_base) = sorted_letters(p.name_base)
                ELSE false
            END
        END
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON f.birth_day = p.birth_date AND f.name_first = p.name_first AND f.province = coalesce(p.province, '')
        AND substr(f.name_last, 1, 1) = substr(p.name_last, 1, 1) AND coalesce(f.sex = p.sex, true)
        AND CASE
            WHEN length(f.name_base) - length(p.name_base) NOT BETWEEN -1 AND 1 THEN false
            ELSE CASE levenshtein(f.name_base, p.name_base)
                WHEN 0 THEN true
                WHEN 1 THEN true
                WHEN 2 THEN sorted_letters(f.name_base) = sorted_letters(p.name_base)
                ELSE false
            END
        END
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON f.birth_day = p.birth_date AND f.name_first = p.name_first AND f.province = coalesce(p.province, '')
        AND substr(f.name_last, -1) = substr(p.name_last, -1) AND coalesce(f.sex = p.sex, true)
        AND CASE
            WHEN length(f.name_base) - length(p.name_base) NOT BETWEEN -1 AND 1 THEN false
            ELSE CASE levenshtein(f.name_base, p.name_base)
                WHEN 0 THEN true
                WHEN 1 THEN true
                WHEN 2 THEN sorted_letters(f.name_base) = sorted_letters(p.name_base)
                ELSE false
            END
        END
    UNION ALL
    SELECT f.claim, p.person_no FROM few AS f JOIN people AS p
        ON substr(f.digits, 1, 6) = substr(p.number12, 1, 6) AND substr(f.digits, -3) = substr(p.number12, -3)
        AND (f.name_last = p.name_last OR f.name_first = p.name_first AND f.birth_date = p.birth_date)
)
SELECT found.claim, found.person_no, 0 AS via, false AS agree
FROM (SELECT DISTINCT claim, person_no FROM found) AS found
LEFT JOIN (SELECT claim, person_no FROM numbered WHERE NOT agree AND person_no IS NOT NULL) AS n
    ON found.claim = n.claim AND found.person_no = n.person_no
WHERE n.claim IS NULL
