-- 05 rarities
-- reads   people, claims, residual (04), cuts (rarity, at_least, at_most)
-- does    counts how many people of the register bear the name of each claim of the residual
-- writes  claim, rarity: the class of the count; no row where nobody bears it
WITH asked AS (
    SELECT c.claim, c.name_fold
    FROM claims AS c
    JOIN residual AS r ON c.claim = r.claim
),
borne AS (
    SELECT p.name_fold, count(*) AS bearers
    FROM people AS p
    JOIN (SELECT DISTINCT name_fold FROM asked) AS names ON p.name_fold = names.name_fold
    GROUP BY p.name_fold
)
SELECT asked.claim, cuts.rarity
FROM asked
JOIN borne ON asked.name_fold = borne.name_fold
JOIN cuts ON borne.bearers >= cuts.at_least AND borne.bearers <= cuts.at_most
