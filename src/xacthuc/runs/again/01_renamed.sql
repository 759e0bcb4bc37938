-- 01 renamed
-- reads   touched (people whom the register's changes name, as they were and as they are), before and after (names, as
--         matching 00 counts them), cuts (rarity, at_least, at_most)
-- does    finds the names that have become so much rarer or more common that they weigh something else
-- writes  name_fold
SELECT t.name_fold
FROM (SELECT DISTINCT name_fold AS name_fold FROM touched WHERE name_fold IS NOT NULL) AS t
LEFT JOIN before AS b ON t.name_fold = b.name_fold
LEFT JOIN after AS a ON t.name_fold = a.name_fold
LEFT JOIN cuts AS was ON b.bearers >= was.at_least AND b.bearers <= was.at_most
LEFT JOIN cuts AS now ON a.bearers >= now.at_least AND a.bearers <= now.at_most
WHERE coalesce(was.rarity, 0) <> coalesce(now.rarity, 0)
