-- id = "K31"
-- title.fi = "Kimppaan on ilmoitettu uusia osakkaita"
-- title.sv = "Nya delägare har anmälts"
-- title.en = "New members were reported"
-- summary.fi = "Kimppaan {bin_group_no} ilmoitettiin {reported_on} uusia osakkaita: {members}."
-- summary.sv = "Till det gemensamma kärlet {bin_group_no} anmäldes {reported_on} nya delägare: {members}."
-- summary.en = "New members of shared bin {bin_group_no} were reported on {reported_on}: {members}."
-- severity = "review"
-- ends_in = "change"
-- why = "Only the contact person adds members. A new line goes on the list as it was told; whose customer it is, the linker and a steward say the night after, and a stranger whom nobody finds becomes no customer unseen."
-- subjects = "bin_groups"
-- uses = ["macros", "members", "reported"]
-- [guards]
-- on_the_list = "Who stands on the list already, in another order of the names, is not added again."
WITH told AS (
    SELECT
        bin_group_no, line, max(reported_on) AS reported_on,
        any_value(value) FILTER (WHERE column_name = 'name') AS name,
        list({'column': column_name, 'value': value} ORDER BY column_name) AS cells
    FROM reported
    INNER JOIN bin_groups USING (bin_group_no)
    WHERE line LIKE 'new:%' AND value IS NOT NULL
    GROUP BY bin_group_no, line
),
missing AS (
    SELECT * FROM told AS t
    WHERE
        name IS NOT NULL
        -- guard: on_the_list
        AND NOT EXISTS (
            SELECT 1 FROM active_members AS m
            WHERE m.bin_group_no = t.bin_group_no AND list_sort(string_split(folded(m.name), ' ')) = list_sort(string_split(folded(t.name), ' '))
        )
        -- end guard
),
cells AS (SELECT bin_group_no, line, unnest(cells) AS cell FROM missing),
proposed AS (
    SELECT
        bin_group_no,
        list(new_cell('bin_group_members', row_key(bin_group_no, line), cell."column", cell.value) ORDER BY line, cell."column") AS changes
    FROM cells GROUP BY bin_group_no
)
SELECT
    [subject('bin_groups', m.bin_group_no)] AS subjects,
    {
        'bin_group_no': m.bin_group_no, 'reported_on': max(m.reported_on), 'members': list(m.name ORDER BY m.line),
        'basis': {'lines': list({'line': m.line, 'cells': m.cells} ORDER BY m.line)}
    } AS evidence,
    any_value(p.changes) AS proposal
FROM missing AS m
INNER JOIN proposed AS p USING (bin_group_no)
GROUP BY m.bin_group_no
