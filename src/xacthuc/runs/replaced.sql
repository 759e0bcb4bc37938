-- replaced
-- reads   people (of the version before), changes (record: the ids that an update of the register names)
-- does    finds whom an update changes or removes, as they were
-- writes  the columns of people
SELECT p.*
FROM people AS p
JOIN changes AS u ON p.record = u.record
