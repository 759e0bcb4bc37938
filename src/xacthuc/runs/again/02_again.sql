-- 02 again
-- reads   claims, asked (matching 05) and pairs (matching 06 with the touched people alone) of the earlier run, touched,
--         renamed (01)
-- does    finds the earlier claims whose match the register's changes can touch: their number is or was a touched
--         person's, a touched person is or was among their candidates, or their name weighs something else now
-- writes  claim
SELECT DISTINCT claim AS claim
FROM (
    SELECT c.claim FROM claims AS c JOIN touched AS t ON c.number12 = t.number12
    UNION ALL
    SELECT c.claim FROM claims AS c JOIN touched AS t ON c.number9 = t.number9
    UNION ALL
    SELECT claim FROM pairs
    UNION ALL
    SELECT a.claim FROM asked AS a JOIN renamed AS r ON a.name_fold = r.name_fold
) AS found
