-- candidates
-- reads   scored (matching 08), claims, people
-- does    lines up the first three candidates of each claim with what the register says of them; for the register's
--         owner alone: written on the register's side, and nowhere else
-- writes  record, place_no (1 is the first), weight, person, and the register's name, birth date, sex, numbers, phone
SELECT
    c.record, s.place_no, s.weight,
    p.record AS person,
    p.name, p.birth_date, p.sex, p.number12, p.number9, p.phone
FROM scored AS s
JOIN claims AS c ON s.claim = c.claim
JOIN people AS p ON s.person_no = p.person_no
