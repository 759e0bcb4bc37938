-- 00 names
-- reads   people
-- does    counts how many people of the register bear each name: all of the register that can be counted before any
--         claim is known, so a prepared register brings it along
-- writes  name_fold, bearers
SELECT name_fold, count(*) AS bearers
FROM people
WHERE name_fold IS NOT NULL
GROUP BY name_fold
