-- 03 random
-- reads   numbered (01), claims, people, sizes (one row: every, people), rounds
-- does    adds to the pairs by number pairs of claims with people who have nothing to do with them, by arithmetic; of the
--         pairs by number that agree in all only every 32nd is looked at, for learning
-- writes  claim, person_no, via (0 for the random ones), agree: in the form that 02 compare reads
SELECT claim, person_no, via, agree
FROM numbered
WHERE person_no IS NOT NULL AND (NOT agree OR claim % 32 = 0)
UNION ALL
SELECT c.claim, (c.claim * 48271 + r.round * 104729 + 7) % sizes.people AS person_no, 0 AS via, false AS agree
FROM claims AS c
CROSS JOIN sizes
CROSS JOIN rounds AS r
WHERE c.claim % sizes.every = 0
