-- explanations
-- reads   scored (matching 08), claims, people
-- does    gives the first three candidates of each claim with what each field weighed; levels and weights, no values
-- writes  record, place_no (1 is the first), person, levels and weights by field, weight
SELECT
    c.record, s.place_no, p.record AS person,
    s.name_level, s.birth_level, s.sex_level, s.phone_level, s.place_level, s.number_level,
    s.name_weight, s.birth_weight, s.sex_weight, s.phone_weight, s.place_weight, s.number_weight,
    s.weight
FROM scored AS s
JOIN claims AS c ON s.claim = c.claim
JOIN people AS p ON s.person_no = p.person_no
