-- refs
-- reads   people
-- does    keeps of the register nothing but the opaque reference
-- writes  person_no, person
SELECT person_no, record AS person
FROM people
