-- 04 settled
-- reads   numbered (01), compared (02 on 03)
-- does    says of every claim what the numbers settle, and how far to look for others where they do not; the few claims
--         whose numbers lead to several people are brought together, all others have one row already
-- writes  one row per claim: claim, state, nameless, birthless, holders, matched_people (holders who agree),
--         matched_person and matched_via (the first of them), reach: null nobody else is looked for; 'wide' the number
--         leads to nobody, or to somebody who is hardly this person; 'near' the number's holder differs in something, so
--         look only for somebody who differs in nothing
WITH several AS (
    SELECT claim
    FROM numbered
    GROUP BY claim
    HAVING count(*) > 1
),
held AS (
    SELECT
        n.claim, n.state, n.nameless, n.birthless,
        CASE WHEN n.person_no IS NULL THEN 0 ELSE 1 END AS holders,
        CASE WHEN n.agree THEN 1 ELSE 0 END AS matched_people,
        CASE WHEN n.agree THEN n.person_no END AS matched_person,
        CASE WHEN n.agree THEN n.via END AS matched_via
    FROM numbered AS n
    LEFT JOIN several AS s ON n.claim = s.claim
    WHERE s.claim IS NULL
    UNION ALL
    SELECT
        n.claim,
        min(n.state) AS state,
        bool_or(n.nameless) AS nameless,
        bool_or(n.birthless) AS birthless,
        count(n.person_no) AS holders,
        count(CASE WHEN n.agree THEN n.person_no END) AS matched_people,
        min(CASE WHEN n.agree THEN n.person_no END) AS matched_person,
        min(CASE WHEN n.agree THEN n.via END) AS matched_via
    FROM numbered AS n
    JOIN several AS s ON n.claim = s.claim
    GROUP BY n.claim
)
SELECT
    h.*,
    CASE
        WHEN h.state < 2 OR h.matched_people > 0 THEN NULL
        WHEN alike.claim IS NULL THEN 'wide'
        ELSE 'near'
    END AS reach
FROM held AS h
LEFT JOIN (
    SELECT DISTINCT claim AS claim
    FROM compared
    WHERE via > 0
        AND (name_level BETWEEN 0 AND 6 AND birth_level BETWEEN 0 AND 5
            OR name_level = 0 OR birth_level = 0 AND name_level BETWEEN 0 AND 8)
) AS alike ON h.claim = alike.claim
