-- 03 random
-- reads   claims, people, sizes (one row: every, people), rounds
-- does    pairs claims with people who have nothing to do with them, by arithmetic, about a million pairs
-- writes  claim, person_no, via, agree, in the form that 02 compare reads
SELECT c.claim, (c.claim * 48271 + r.round * 104729 + 7) % sizes.people AS person_no, 0 AS via, false AS agree
FROM claims AS c
CROSS JOIN sizes
CROSS JOIN rounds AS r
WHERE c.claim % sizes.every = 0
