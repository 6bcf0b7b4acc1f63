-- id = "F22"
-- title.fi = "Arvo korjattiin luettaessa"
-- title.sv = "Värdet rättades vid läsningen"
-- title.en = "A value was put right in reading"
-- summary.fi = "{table} {key}: sarakkeen {column} arvo luettiin {after}."
-- summary.sv = "{table} {key}: värdet i kolumnen {column} lästes som {after}."
-- summary.en = "{table} {key}: the value of the column {column} was read as {after}."
-- severity = "info"
-- ends_in = "change"
-- why = "A spreadsheet takes the zero from a number, a form writes (at) for a sign: the night reads what was meant, but every letter and message goes by the register."
-- subjects = "customers, sites, bin_groups, bin_group_members"
-- uses = ["macros"]
-- countries = ["fi"]
-- [guards]
-- told_elsewhere = "F09 proposes the zero of a postcode, beside what else is wrong with it."
SELECT
    [subject(p.table_name, p.key, p.column_name)] AS subjects,
    {'table': p.table_name, 'key': p.key, 'column': p.column_name, 'how': p.how, 'after': p.after} AS evidence,
    [change(p.table_name, p.key, p.column_name, p.after)] AS proposal
FROM repairs AS p
WHERE
    p.how IN ('zero', 'sign')
    -- guard: told_elsewhere
    AND NOT (p.column_name = 'postal_code' AND p.table_name IN ('customers', 'sites'))
    -- end guard
