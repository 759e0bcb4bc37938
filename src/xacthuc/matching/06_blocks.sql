-- 06 blocks
-- reads   residual (04), claims, people, numbered (01)
-- does    finds candidates for the residual: people who share a selective part of what the claim says;
--         a claim whose number's holder differs a little meets only people with exactly its name and birth date
-- writes  claim, person_no, via (0), agree (false): without the holders of the number, who are compared already
WITH wide AS (
    SELECT
        c.claim, c.name_fold, c.name_first, c.name_last, c.birth_date, c.sex, c.phone,
        substr(c.birth_date, 1, 4) AS birth_year,
        CASE WHEN length(c.birth_date) = 10 THEN c.birth_date END AS birth_day,
        coalesce(c.commune, c.place) AS place,
        coalesce(c.province, '') AS province,
        CASE WHEN length(coalesce(c.number12, c.digits)) >= 9 THEN coalesce(c.number12, c.digits) END AS digits
    FROM claims AS c
    JOIN residual AS r ON c.claim = r.claim
    WHERE r.reach = 'wide'
),
found AS (
    SELECT c.claim, p.person_no
    FROM residual AS r
    JOIN claims AS c ON r.claim = c.claim
    JOIN people AS p ON c.name_key = p.name_key AND c.birth_date = p.birth_date
    WHERE r.reach = 'near'
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.name_fold = p.name_fold AND w.birth_date = p.birth_date
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.birth_day = p.birth_date AND w.place = coalesce(p.commune, p.place)
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.name_fold = p.name_fold AND w.place = coalesce(p.commune, p.place)
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.phone = p.phone AND (w.name_last = p.name_last OR w.birth_year = substr(p.birth_date, 1, 4))
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.name_fold = p.name_fold AND w.birth_year = substr(p.birth_date, 1, 4)
        AND w.province = coalesce(p.province, '')
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.birth_day = p.birth_date AND w.name_last = p.name_last AND coalesce(w.sex = p.sex, true)
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.birth_day = p.birth_date AND w.name_first = p.name_first AND w.province = coalesce(p.province, '')
        AND coalesce(w.sex = p.sex, true)
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON w.place = coalesce(p.commune, p.place) AND w.name_last = p.name_last
        AND w.birth_year = substr(p.birth_date, 1, 4)
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON substr(w.digits, 1, 6) = substr(p.number12, 1, 6) AND substr(w.digits, -3) = substr(p.number12, -3)
    UNION ALL
    SELECT w.claim, p.person_no FROM wide AS w JOIN people AS p
        ON substr(w.digits, -6) = substr(p.number12, -6) AND w.birth_year = substr(p.birth_date, 1, 4)
)
SELECT found.claim, found.person_no, 0 AS via, false AS agree
FROM (SELECT DISTINCT claim, person_no FROM found) AS found
LEFT JOIN (SELECT claim, person_no FROM numbered WHERE NOT agree) AS n
    ON found.claim = n.claim AND found.person_no = n.person_no
WHERE n.claim IS NULL
