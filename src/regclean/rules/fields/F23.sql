-- id = "F23"
-- title.fi = "Arvo ei kerro mitään"
-- title.sv = "Värdet säger ingenting"
-- title.en = "The value says nothing"
-- summary.fi = "{table} {key}: sarakkeen {column} arvo ei kerro mitään."
-- summary.sv = "{table} {key}: värdet i kolumnen {column} säger ingenting."
-- summary.en = "{table} {key}: the value of the column {column} says nothing."
-- severity = "info"
-- ends_in = "change"
-- why = "What was typed to get past a field counts as filled, and goes out on letters. An empty cell says the same, and says it truly."
-- subjects = "customers, sites, bin_groups, bin_group_members"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject(p.table_name, p.key, p.column_name)] AS subjects,
    {'table': p.table_name, 'key': p.key, 'column': p.column_name, 'how': p.how, 'after': p.after} AS evidence,
    [change(p.table_name, p.key, p.column_name, p.after)] AS proposal
FROM repairs AS p
WHERE p.how = 'placeholder'
