-- 12 doses
-- reads   entries (11), claims
-- does    finds doses that were entered twice, among entries that may be one person's and share a day or a dose number
--         surely one person's (the same group):
--         1 the same day, and not another dose number, nor both another vaccine and lot; or the same lot
--         2 the same dose number, no other vaccine, at most seven days apart
--         3 the same dose number and vaccine, a date missing, lots at most one character apart
--         4 the same dose number, vaccine and lot, and a date with another year, or day and month swapped
--         perhaps one person's (the same proposal, or the same name and birth date of nobody registered):
--         5 the same name or birth date, day and vaccine, and the same dose number or lot, the other not against it
-- writes  claim, first_claim (the first entry that it repeats), for the repeated entries only
WITH several AS (
    SELECT who
    FROM entries
    GROUP BY who
    HAVING count(*) > 2
        OR count(*) = 2 AND (coalesce(min(dose_no) = max(dose_no), true) OR coalesce(min(day_no) = max(day_no), true))
),
few AS (
    SELECT e.claim, e.dose_no, e.day_no, e.group_no, e.who, c.vaccine, c.lot, c.dose_date, c.name_fold, c.birth_date
    FROM several
    JOIN entries AS e ON several.who = e.who
    JOIN claims AS c ON e.claim = c.claim
),
compared AS (
    SELECT
        a.claim AS first_claim,
        b.claim,
        a.group_no = b.group_no AS surely,
        coalesce(a.dose_date = b.dose_date, false) AS same_day,
        coalesce(a.dose_no = b.dose_no, false) AS same_number,
        coalesce(a.dose_no <> b.dose_no, false) AS other_number,
        coalesce(a.vaccine = b.vaccine, false) AS same_vaccine,
        coalesce(a.vaccine <> b.vaccine, false) AS other_vaccine,
        coalesce(a.lot = b.lot, false) AS same_lot,
        coalesce(a.lot <> b.lot, false) AS other_lot,
        coalesce(a.day_no - b.day_no BETWEEN -7 AND 7, false) AS near_day,
        a.dose_date IS NULL OR b.dose_date IS NULL AS no_day,
        coalesce(levenshtein(a.lot, b.lot) > 1, false) AS far_lot,
        coalesce(
            substr(a.dose_date, 6, 5) = substr(b.dose_date, 6, 5)
                OR a.dose_date = concat(substr(b.dose_date, 1, 5), substr(b.dose_date, 9, 2), '-', substr(b.dose_date, 6, 2)),
            false
        ) AS mistyped_day,
        coalesce(a.name_fold = b.name_fold OR a.birth_date = b.birth_date, false) AS alike
FROM few AS a
    JOIN few AS b ON a.who = b.who AND a.claim < b.claim
)
SELECT claim, min(first_claim) AS first_claim
FROM compared
WHERE surely AND same_day AND (NOT other_number AND NOT (other_vaccine AND other_lot) OR same_lot)
    OR surely AND same_number AND NOT other_vaccine AND near_day
    OR surely AND same_number AND same_vaccine AND no_day AND NOT far_lot
    OR surely AND same_number AND same_vaccine AND same_lot AND mistyped_day
    OR alike AND same_day AND same_vaccine AND (same_number AND NOT other_lot OR same_lot AND NOT other_number)
GROUP BY claim
