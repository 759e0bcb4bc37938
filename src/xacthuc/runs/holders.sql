-- holders
-- reads   last_doses (the step of that name), records
-- does    puts name, birth date and vaccine beside each last dose
-- writes  the columns of HOLDER_SCHEMA: one row for each person, and for each record that stands alone
SELECT
    d.record, d.person_group, r.name, r.birth_date, r.vaccine, r.dose_date,
    d.role, d.dn, d.sd, d.state, d.identity_open, d.dose_open
FROM last_doses AS d
LEFT JOIN records AS r ON d.record = r.record
