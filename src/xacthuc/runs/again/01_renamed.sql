-- 01 renamed
-- reads   touched (people whom the register's changes name, as they were and as they are), before and after (names, as
--         matching 00 counts them), cuts (rarity, at_least, at_most)
-- does    finds the names that have become so much rarer or more common that they weigh something else
-- writes  name_fold
SELECT t.name_fold
FROM (SELECT DISTINCT name_fold AS name_fold FROM touched WHERE name_fold IS NOT NULL) AS t
LEFT JOIN before AS b ON t.name_fold = b.name_fold
LEFT JOIN after AS a ON t.name_fold = a.name_fold
LEFT JOIN cuts AS old ON b.bearers >= old.at_least AND b.bearers <= old.at_most
LEFT JOIN cuts AS new ON a.bearers >= new.at_least AND a.bearers <= new.at_most
WHERE coalesce(old.rarity, 0) <> coalesce(new.rarity, 0)
