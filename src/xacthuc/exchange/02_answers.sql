-- 02 answers
-- reads   claims, decided (matching 09), people
-- does    gives what matching decided of each claim in codes: no weight, no margin, nothing of the register but the id
--         of the person, and that only where it is sure who is meant; and says where that id is a number of the person
-- writes  ref, identity, reasons of the person as text "field:code;field:code", sure, person, numbered
SELECT
    c.record AS ref,
    d.identity,
    concat_ws(
        ';',
        CASE WHEN d.name_reason IS NOT NULL THEN concat('name:', d.name_reason) END,
        CASE WHEN d.birth_reason IS NOT NULL THEN concat('birth_date:', d.birth_reason) END,
        CASE WHEN d.sex_reason IS NOT NULL THEN concat('sex:', d.sex_reason) END,
        CASE WHEN d.number_reason IS NOT NULL THEN concat('number:', d.number_reason) END
    ) AS reasons,
    d.sure,
    CASE WHEN d.sure THEN p.record END AS person,
    coalesce(p.record = p.number12, false) OR coalesce(p.record = p.number9, false) AS numbered
FROM claims AS c
JOIN decided AS d ON c.claim = d.claim
LEFT JOIN people AS p ON d.person_no = p.person_no
