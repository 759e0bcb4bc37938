-- dose reasons
-- reads   claims, rule_findings (record, code), cell_findings (FINDING_SCHEMA), codes (code, field, kind, axis)
-- does    gathers per claim what speaks against the dose: of the rules and of the cells; at most eight reasons;
--         what stands in the cell and cannot be meant is not called missing as well
-- writes  claim, reasons ("field:code;field:code"), doubtful
SELECT
    claim,
    concat_ws(
        ';',
        max(CASE WHEN n = 1 THEN reason END), max(CASE WHEN n = 2 THEN reason END),
        max(CASE WHEN n = 3 THEN reason END), max(CASE WHEN n = 4 THEN reason END),
        max(CASE WHEN n = 5 THEN reason END), max(CASE WHEN n = 6 THEN reason END),
        max(CASE WHEN n = 7 THEN reason END), max(CASE WHEN n = 8 THEN reason END)
    ) AS reasons,
    bool_or(wrong) AS doubtful
FROM (
    SELECT
        claim, reason, wrong,
        row_number() OVER (PARTITION BY claim ORDER BY reason ASC NULLS LAST) AS n
    FROM (
        SELECT claim, concat(field, ':', code) AS reason, bool_or(kind = 'wrong') AS wrong
        FROM (
            SELECT spoken.*, bool_or(at_cell AND kind = 'wrong') OVER (PARTITION BY claim, field) AS written
            FROM (
                SELECT r.record AS claim, codes.field, codes.code, codes.kind, false AS at_cell
                FROM rule_findings AS r
                JOIN codes ON r.code = codes.code
                UNION ALL
                SELECT c.claim, codes.field, codes.code, codes.kind, true AS at_cell
                FROM cell_findings AS f
                JOIN codes ON f.code = codes.code AND codes.axis = 'dose' AND codes.kind IN ('wrong', 'refused')
                JOIN claims AS c ON f.record = c.record
            ) AS spoken
        ) AS found
        WHERE NOT (written AND code IN ('dose_date_missing', 'vaccine_missing'))
        GROUP BY claim, field, code
    ) AS distinct_reasons
) AS numbered
GROUP BY claim
