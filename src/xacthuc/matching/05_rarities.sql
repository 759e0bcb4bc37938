-- 05 rarities
-- reads   people, claims, residual (04), cuts (rarity, at_least, at_most)
-- does    counts how many people of the register bear a name, for the names of the residual
-- writes  name_fold, rarity: the class of the count
SELECT n.name_fold, cuts.rarity
FROM (
    SELECT p.name_fold, count(*) AS bearers
    FROM people AS p
    JOIN (SELECT DISTINCT c.name_fold FROM claims AS c JOIN residual AS r ON c.claim = r.claim) AS asked
        ON p.name_fold = asked.name_fold
    GROUP BY p.name_fold
) AS n
JOIN cuts ON n.bearers >= cuts.at_least AND n.bearers <= cuts.at_most
