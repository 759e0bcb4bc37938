-- 03 rows: run on the clean rows and on the decisions of the earlier run alike
-- reads   held (a table by claim), wanted (claim)
-- does    takes out the rows of some claims
-- writes  the columns of held
SELECT h.*
FROM held AS h
JOIN wanted AS w ON h.claim = w.claim
