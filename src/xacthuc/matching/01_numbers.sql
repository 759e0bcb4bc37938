-- 01 numbers
-- reads   claims, people (both in the columns of CLEAN_SCHEMA, numbered)
-- does    joins each claim to the people who hold its 12-digit number (via 1) or its old 9-digit number (via 2)
-- writes  claim, person_no, via, agree: name with its marks, birth date and sex say the same
SELECT
    c.claim,
    p.person_no,
    1 AS via,
    coalesce(c.name_key = p.name_key AND c.birth_date = p.birth_date, false)
        AND coalesce(c.sex = p.sex, true) AS agree
FROM claims AS c
JOIN people AS p ON c.number12 = p.number12
UNION ALL
SELECT
    c.claim,
    p.person_no,
    2 AS via,
    coalesce(c.name_key = p.name_key AND c.birth_date = p.birth_date, false)
        AND coalesce(c.sex = p.sex, true) AS agree
FROM claims AS c
JOIN people AS p ON c.number9 = p.number9
WHERE NOT coalesce(c.number12 = p.number12, false)
