-- id = "F24"
-- title.fi = "Arvoa ei voi lukea"
-- title.sv = "Värdet kan inte läsas"
-- title.en = "The value cannot be read"
-- summary.fi = "{table} {key}: sarakkeen {column} arvoa ei voi lukea."
-- summary.sv = "{table} {key}: värdet i kolumnen {column} kan inte läsas."
-- summary.en = "{table} {key}: the value of the column {column} cannot be read."
-- severity = "info"
-- ends_in = "change"
-- why = "A day, a number or a code that nobody can read is as good as none: nothing that goes by it works for this row. What was meant is known to whoever wrote it; where nobody knows, the cell is emptied."
-- subjects = "customers, sites, services, bin_groups, bin_group_members, buildings"
-- uses = ["macros"]
SELECT
    [subject(u."table", u.key, u."column")] AS subjects,
    {'table': u."table", 'key': u.key, 'column': u."column"} AS evidence,
    [change(u."table", u.key, u."column", NULL)] AS proposal
FROM unreadable AS u
WHERE u."table" IN ('customers', 'sites', 'services', 'bin_groups', 'bin_group_members', 'buildings')
