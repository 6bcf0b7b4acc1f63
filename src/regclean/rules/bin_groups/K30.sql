-- id = "K30"
-- title.fi = "Kimpasta on vastattu"
-- title.sv = "Svar om det gemensamma kärlet har kommit"
-- title.en = "The shared bin was answered about"
-- summary.fi = "Kimpasta {bin_group_no} on vastattu {reported_on}: {told}."
-- summary.sv = "Om det gemensamma kärlet {bin_group_no} svarades {reported_on}: {told}."
-- summary.en = "Shared bin {bin_group_no} was answered about on {reported_on}: {told}."
-- severity = "review"
-- ends_in = "change"
-- why = "What the contact person answers is reported data: it stands beside the register until a steward accepts it, and it changes the list and the shared bin alone, never what a customer told."
-- subjects = "bin_groups"
-- uses = ["macros", "reported"]
WITH cells AS (
    SELECT bin_group_no, line, column_name, value, reported_on, told_by
    FROM reported_cells
    WHERE
        column_name <> 'words'
        AND (line = '' OR column_name = 'informed_on' OR bin_group_no IN (SELECT bin_group_no FROM reported_together))
    UNION ALL
    SELECT bin_group_no, line, column_name, value, reported_on, told_by
    FROM reported_new SEMI JOIN reported_together USING (bin_group_no)
)
SELECT
    [subject('bin_groups', bin_group_no)] AS subjects,
    {
        'bin_group_no': bin_group_no, 'reported_on': max(reported_on), 'told_by': list_sort(list_distinct(list(told_by))),
        'told': list_sort(list_distinct(list(CASE
            WHEN line LIKE 'new:%' THEN 'added'
            WHEN column_name = 'confirmed_on' THEN 'confirmed'
            WHEN column_name = 'informed_on' THEN 'informed'
            WHEN column_name = 'share_percent' THEN 'share'
            WHEN column_name = 'end_on' THEN CASE WHEN line = '' THEN 'ended' ELSE 'left' END
            WHEN column_name LIKE 'contact_%' THEN 'contact'
            WHEN column_name = 'name' THEN 'name'
            ELSE CASE WHEN line = '' THEN 'moved' ELSE 'address' END
        END))),
        'basis': {'cells': list({'line': line, 'column': column_name, 'value': value} ORDER BY line, column_name)}
    } AS evidence,
    list(
        CASE
            WHEN line LIKE 'new:%' THEN new_cell('bin_group_members', row_key(bin_group_no, line), column_name, value)
            ELSE change(
                CASE WHEN line = '' THEN 'bin_groups' ELSE 'bin_group_members' END,
                CASE WHEN line = '' THEN bin_group_no ELSE row_key(bin_group_no, line) END, column_name, value
            )
        END
        ORDER BY line, column_name
    ) AS proposal
FROM cells
GROUP BY bin_group_no
