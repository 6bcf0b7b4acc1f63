-- id = "K32"
-- title.fi = "Listan riviä on korjattu vastauksessa"
-- title.sv = "En rad på listan har rättats i svaret"
-- title.en = "A line of the list was corrected in an answer"
-- summary.fi = "Kimpan {bin_group_no} rivistä {member_no} vastattiin {reported_on}: {told}."
-- summary.sv = "Om rad {member_no} för det gemensamma kärlet {bin_group_no} svarades {reported_on}: {told}."
-- summary.en = "Line {member_no} of shared bin {bin_group_no} was answered about on {reported_on}: {told}."
-- severity = "review"
-- ends_in = "change"
-- why = "A member who left is billed no more, and a name or a share put right is a wrong bill less. The list is the contact person's own, so that the correction is of the list and of no customer."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "reported"]
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_group_members', row_key(bin_group_no, line))] AS subjects,
    {
        'bin_group_no': bin_group_no, 'member_no': line, 'reported_on': max(reported_on),
        'told': list_sort(list_distinct(list(CASE
            WHEN column_name = 'end_on' AND told_by = 'member' THEN 'objected'
            WHEN column_name = 'end_on' THEN 'left'
            WHEN column_name = 'share_percent' THEN 'share'
            WHEN column_name = 'name' THEN 'name'
            ELSE 'address'
        END))),
        'basis': {'cells': list({'column': column_name, 'value': value} ORDER BY column_name)}
    } AS evidence,
    list(change('bin_group_members', row_key(bin_group_no, line), column_name, value) ORDER BY column_name) AS proposal
FROM reported_cells ANTI JOIN reported_together USING (bin_group_no)
WHERE line <> '' AND column_name <> 'informed_on'
GROUP BY bin_group_no, line
