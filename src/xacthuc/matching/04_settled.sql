-- 04 settled
-- reads   numbered (01), compared (02 on 03)
-- does    says of every claim what the numbers settle, and how far to look for others where they do not
-- writes  one row per claim: claim, state, nameless, birthless, holders, matched_people (holders who agree),
--         matched_person and matched_via (the first of them), reach: null nobody else is looked for; 'wide' the number
--         leads to nobody, or to somebody who is hardly this person; 'near' the number's holder differs in something, so
--         look only for somebody who differs in nothing
SELECT
    h.*,
    CASE
        WHEN state < 2 OR matched_people > 0 THEN NULL
        WHEN alike.claim IS NULL THEN 'wide'
        ELSE 'near'
    END AS reach
FROM (
    SELECT
        claim,
        min(state) AS state,
        bool_or(nameless) AS nameless,
        bool_or(birthless) AS birthless,
        count(person_no) AS holders,
        count(CASE WHEN agree THEN person_no END) AS matched_people,
        min(CASE WHEN agree THEN person_no END) AS matched_person,
        min(CASE WHEN agree THEN via END) AS matched_via
    FROM numbered
    GROUP BY claim
) AS h
LEFT JOIN (
    SELECT DISTINCT claim AS claim
    FROM compared
    WHERE via > 0
        AND (name_level BETWEEN 0 AND 6 AND birth_level BETWEEN 0 AND 5
            OR name_level = 0 OR birth_level = 0 AND name_level BETWEEN 0 AND 8)
) AS alike ON h.claim = alike.claim
