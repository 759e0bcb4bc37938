-- names again
-- reads   names (of the version before), replaced, changes (people as an update of the register writes them)
-- does    counts the names anew after an update, by what went and what came
-- writes  name_fold, bearers
SELECT name_fold, sum(bearers) AS bearers
FROM (
    SELECT name_fold, bearers FROM names
    UNION ALL
    SELECT name_fold, -1 AS bearers FROM replaced WHERE name_fold IS NOT NULL
    UNION ALL
    SELECT name_fold, 1 AS bearers FROM changes WHERE name_fold IS NOT NULL
) AS counted
GROUP BY name_fold
HAVING sum(bearers) > 0
