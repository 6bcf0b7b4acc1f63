-- id = "K31"
-- title.fi = "Kimppaan on ilmoitettu uusi osakas"
-- title.sv = "En ny delägare har anmälts"
-- title.en = "A new member was reported"
-- summary.fi = "Kimppaan {bin_group_no} ilmoitettiin {reported_on} uusi osakas: {members}."
-- summary.sv = "Till det gemensamma kärlet {bin_group_no} anmäldes {reported_on} en ny delägare: {members}."
-- summary.en = "A new member of shared bin {bin_group_no} was reported on {reported_on}: {members}."
-- severity = "review"
-- ends_in = "change"
-- why = "Only the contact person adds members. Each new line is decided on by itself and goes on the list as it was told; whose customer it is, the linker and a steward say the night after, and a stranger whom nobody finds becomes no customer unseen."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "reported"]
WITH added AS (SELECT * FROM reported_new ANTI JOIN reported_together USING (bin_group_no))
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_group_members', row_key(bin_group_no, line))] AS subjects,
    {
        'bin_group_no': bin_group_no, 'reported_on': max(reported_on), 'members': list_distinct(list(name)),
        'basis': {'cells': list({'line': line, 'column': column_name, 'value': value} ORDER BY column_name)}
    } AS evidence,
    list(new_cell('bin_group_members', row_key(bin_group_no, line), column_name, value) ORDER BY column_name) AS proposal
FROM added
GROUP BY bin_group_no, line
