-- 04 residual
-- reads   claims, numbered (01), compared (02 on 03)
-- does    finds the claims that their number does not settle, and how far to look for others
-- writes  claim, reach: 'wide' the number leads to nobody, or to somebody who is hardly this person;
--         'near' the number's holder differs in something, so look only for somebody who differs in nothing
SELECT
    c.claim,
    CASE
        WHEN h.claim IS NULL THEN 'wide'
        WHEN h.settled > 0 THEN 'near'
        ELSE 'wide'
    END AS reach
FROM claims AS c
LEFT JOIN (
    SELECT
        n.claim,
        sum(CASE WHEN n.agree THEN 1 ELSE 0 END) AS agreed,
        sum(CASE WHEN k.name_level BETWEEN 0 AND 6 AND k.birth_level BETWEEN 0 AND 5 THEN 1
                 WHEN k.name_level = 0 OR k.birth_level = 0 AND k.name_level BETWEEN 0 AND 8 THEN 1
                 ELSE 0 END) AS settled
    FROM numbered AS n
    LEFT JOIN compared AS k ON n.claim = k.claim AND n.person_no = k.person_no
    GROUP BY n.claim
) AS h ON c.claim = h.claim
WHERE c.number_state NOT IN ('passport', 'foreign')
    AND c.refused IS NULL
    AND coalesce(h.agreed, 0) = 0
