-- 01 numbers
-- reads   claims, people (both in the columns of CLEAN_SCHEMA, numbered)
-- does    joins each claim to the people who hold its 12-digit number (via 1) or its old 9-digit number (via 2), and
--         takes along what later steps ask of the claim, so that no later step has to join all claims again
-- writes  claim, person_no, via, agree: name with its marks, birth date and sex say the same; state: 0 refused, 1 of
--         abroad, 2 a number of the register, 3 malformed, 4 none; nameless, birthless. A claim has a row for each holder,
--         and one without person_no where its only or first number leads to nobody
WITH asked AS (
    SELECT
        claim, number12, number9, name_key, birth_date, sex,
        CASE
            WHEN refused IS NOT NULL THEN 0
            WHEN number_state IN ('passport', 'foreign') THEN 1
            WHEN number_state IN ('twelve', 'nine') THEN 2
            WHEN number_state = 'malformed' THEN 3
            ELSE 4
        END AS state
    FROM claims
)
SELECT
    c.claim,
    p.person_no,
    1 AS via,
    coalesce(c.name_key = p.name_key AND c.birth_date = p.birth_date, false)
        AND coalesce(c.sex = p.sex, true) AS agree,
    c.state,
    c.name_key IS NULL AS nameless,
    c.birth_date IS NULL AS birthless
FROM asked AS c
LEFT JOIN people AS p ON c.number12 = p.number12
WHERE c.number12 IS NOT NULL OR c.number9 IS NULL
UNION ALL
SELECT
    c.claim,
    p.person_no,
    2 AS via,
    coalesce(c.name_key = p.name_key AND c.birth_date = p.birth_date, false)
        AND coalesce(c.sex = p.sex, true) AS agree,
    c.state,
    c.name_key IS NULL AS nameless,
    c.birth_date IS NULL AS birthless
FROM asked AS c
LEFT JOIN people AS p ON c.number9 = p.number9
WHERE c.number12 IS NULL AND c.number9 IS NOT NULL
UNION ALL
SELECT
    c.claim,
    p.person_no,
    2 AS via,
    coalesce(c.name_key = p.name_key AND c.birth_date = p.birth_date, false)
        AND coalesce(c.sex = p.sex, true) AS agree,
    c.state,
    c.name_key IS NULL AS nameless,
    c.birth_date IS NULL AS birthless
FROM asked AS c
JOIN people AS p ON c.number9 = p.number9
WHERE c.number12 IS NOT NULL AND NOT coalesce(c.number12 = p.number12, false)
