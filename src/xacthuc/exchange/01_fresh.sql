-- 01 fresh
-- reads   mine (record, content and the person columns), asked (content, ref), answered (ref, identity), wish (one row: again)
-- does    leaves out the claims whose content was asked before: waiting or answered; with `again` only those that
--         wait or were matched, so that the others are asked once more
-- writes  the rows of mine that are left
SELECT m.*
FROM mine AS m
LEFT JOIN (
    SELECT DISTINCT k.content
    FROM asked AS k
    CROSS JOIN wish AS w
    LEFT JOIN answered AS a ON k.ref = a.ref
    WHERE NOT w.again OR a.ref IS NULL OR a.identity = 'MATCHED'
) AS s ON m.content = s.content
WHERE s.content IS NULL
