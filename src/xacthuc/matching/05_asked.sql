-- 05 asked
-- reads   names (00), claims, settled (04), cuts (rarity, at_least, at_most)
-- does    takes out of the claims those that the numbers do not settle, with what they say of a person, and how many
--         people of the register bear their name; the later steps look at nothing else of the claims
-- writes  claim, reach, rarity (the class of the count; null where nobody bears the name), the person's columns
SELECT
    c.claim, s.reach, cuts.rarity,
    c.name_key, c.name_fold, c.name_base, c.name_first, c.name_last, c.birth_date, c.sex, c.phone,
    c.number12, c.number9, c.digits, c.province, c.district, c.commune, c.place
FROM settled AS s
JOIN claims AS c ON s.claim = c.claim
LEFT JOIN names AS n ON c.name_fold = n.name_fold
LEFT JOIN cuts ON n.bearers >= cuts.at_least AND n.bearers <= cuts.at_most
WHERE s.reach IS NOT NULL
