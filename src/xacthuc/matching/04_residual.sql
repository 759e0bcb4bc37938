-- 04 residual
-- reads   claims, numbered (01), compared (02 on 03)
-- does    finds the claims that their number does not settle, and how far to look for others
-- writes  claim, reach: 'wide' the number leads to nobody, or to somebody who is hardly this person;
--         'near' the number's holder differs in something, so look only for somebody who differs in nothing
SELECT c.claim, CASE WHEN n.claim IS NULL THEN 'wide' ELSE 'near' END AS reach
FROM claims AS c
LEFT JOIN (SELECT claim FROM numbered WHERE agree) AS a ON c.claim = a.claim
LEFT JOIN (
    SELECT DISTINCT claim
    FROM compared
    WHERE via > 0
        AND (name_level BETWEEN 0 AND 6 AND birth_level BETWEEN 0 AND 5
            OR name_level = 0 OR birth_level = 0 AND name_level BETWEEN 0 AND 8)
) AS n ON c.claim = n.claim
WHERE c.number_state NOT IN ('passport', 'foreign')
    AND c.refused IS NULL
    AND a.claim IS NULL
