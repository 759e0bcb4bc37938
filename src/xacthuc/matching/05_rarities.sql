-- 05 rarities
-- reads   names (00), claims, settled (04), cuts (rarity, at_least, at_most)
-- does    says how many people of the register bear the name of each claim that the numbers do not settle
-- writes  claim, rarity: the class of the count; no row where nobody bears it
SELECT c.claim, cuts.rarity
FROM settled AS s
JOIN claims AS c ON s.claim = c.claim
JOIN names AS n ON c.name_fold = n.name_fold
JOIN cuts ON n.bearers >= cuts.at_least AND n.bearers <= cuts.at_most
WHERE s.reach IS NOT NULL
