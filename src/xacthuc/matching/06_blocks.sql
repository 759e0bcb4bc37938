-- 06 blocks
-- reads   residual (04), claims, people, numbered (01)
-- does    finds candidates for the residual: people who share a selective part of what the claim says;
--         a claim whose number's holder differs a little meets only people with exactly its name and birth date
-- writes  claim, person_no, via (that of the number, else 0), agree (false)
WITH wide AS (
    SELECT
        c.claim, c.name_key, c.name_fold, c.birth_date, c.phone, c.sex,
        substr(c.birth_date, 1, 4) AS birth_year,
        CASE WHEN length(c.birth_date) = 10 THEN c.birth_date END AS birth_day,
        coalesce(c.commune, c.place) AS place,
        coalesce(c.province, '') AS province,
        split_part(translate(c.name_key, 'abcdefghijklmnopqrstuvwxyz', ''), '<', -1) AS last_word,
        split_part(translate(c.name_key, 'abcdefghijklmnopqrstuvwxyz', ''), '<', 1) AS first_word,
        coalesce(c.number12, c.digits) AS digits,
        c.number9
    FROM claims AS c
    JOIN residual AS r ON c.claim = r.claim
    WHERE r.reach = 'wide'
),
folk AS (
    SELECT
        p.person_no, p.name_fold, p.birth_date, p.phone, p.number12, p.number9,
        substr(p.birth_date, 1, 4) AS birth_year,
        coalesce(p.commune, p.place) AS place,
        coalesce(p.province, '') AS province,
        split_part(translate(p.name_key, 'abcdefghijklmnopqrstuvwxyz', ''), '<', -1) AS last_word,
        split_part(translate(p.name_key, 'abcdefghijklmnopqrstuvwxyz', ''), '<', 1) AS first_word
    FROM people AS p
),
found AS (
    SELECT n.claim, n.person_no, n.via
    FROM numbered AS n JOIN residual AS r ON n.claim = r.claim
    UNION ALL
    SELECT c.claim, p.person_no, 0 AS via
    FROM residual AS r
    JOIN claims AS c ON r.claim = c.claim
    JOIN people AS p ON c.name_key = p.name_key AND c.birth_date = p.birth_date
    WHERE r.reach = 'near'
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.name_fold = f.name_fold AND w.birth_date = f.birth_date
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.birth_day = f.birth_date AND w.place = f.place
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.name_fold = f.name_fold AND w.place = f.place
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.phone = f.phone
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.name_fold = f.name_fold AND w.birth_year = f.birth_year AND w.province = f.province
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.birth_day = f.birth_date AND w.last_word = f.last_word
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.birth_day = f.birth_date AND w.first_word = f.first_word AND w.province = f.province
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON w.place = f.place AND w.last_word = f.last_word AND w.birth_year = f.birth_year
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON substr(w.digits, 1, 9) = substr(f.number12, 1, 9) AND length(w.digits) >= 9
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON substr(w.digits, 1, 6) = substr(f.number12, 1, 6) AND substr(w.digits, -3) = substr(f.number12, -3)
        AND length(w.digits) >= 9
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON substr(w.digits, -6) = substr(f.number12, -6) AND w.birth_year = f.birth_year AND length(w.digits) >= 9
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON substr(w.number9, 1, 6) = substr(f.number9, 1, 6) AND w.birth_year = f.birth_year
    UNION ALL
    SELECT w.claim, f.person_no, 0 FROM wide AS w JOIN folk AS f
        ON substr(w.number9, -6) = substr(f.number9, -6) AND w.birth_year = f.birth_year
)
SELECT claim, person_no, max(via) AS via, false AS agree
FROM found
GROUP BY claim, person_no
