-- last doses
-- reads   verdicts, history
-- does    takes of each person the last dose that counts, and says of the doses that count whether the police or Health
--         still have one open; a record of which no dose was judged stands alone, so that nothing is lost
-- writes  record, person_group (null for a record that stands alone), role, dn, sd, state, identity_open, dose_open
WITH told AS (
    SELECT
        v.record,
        h.person_group,
        coalesce(h.person_group, concat('r:', v.record)) AS holder,
        coalesce(h.role, 'not_counted') AS role,
        h.dn,
        h.sd,
        coalesce(h.state, 'none') AS state,
        coalesce(h.role, 'not_counted') <> 'not_counted' AND v.identity <> 'MATCHED' AS unmatched,
        coalesce(h.role, 'not_counted') <> 'not_counted' AND v.vaccination <> 'PLAUSIBLE' AS doubtful
    FROM verdicts AS v
    LEFT JOIN history AS h ON v.record = h.record
),
placed AS (
    SELECT
        record, person_group, role, dn, sd, state,
        bool_or(unmatched) OVER (PARTITION BY holder) AS identity_open,
        bool_or(doubtful) OVER (PARTITION BY holder) AS dose_open,
        row_number() OVER (PARTITION BY holder ORDER BY dn DESC NULLS LAST, record NULLS LAST) AS place
    FROM told
)
SELECT record, person_group, role, dn, sd, state, identity_open, dose_open
FROM placed
WHERE place = 1
