-- id = "F21"
-- title.fi = "Rikkoutuneita kirjaimia"
-- title.sv = "Trasiga bokstäver"
-- title.en = "Broken letters"
-- summary.fi = "{table} {key}: sarakkeessa {column} on rikkoutuneita kirjaimia; oikea arvo on {after}."
-- summary.sv = "{table} {key}: i kolumnen {column} finns trasiga bokstäver; rätt värde är {after}."
-- summary.en = "{table} {key}: the column {column} has broken letters; it should hold {after}."
-- severity = "info"
-- ends_in = "change"
-- why = "Letters that an export broke go out on envelopes and find nobody in a search. The night reads them right; the register keeps them until they are written."
-- subjects = "customers, sites, bin_groups, bin_group_members"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject(p.table_name, p.key, p.column_name)] AS subjects,
    {'table': p.table_name, 'key': p.key, 'column': p.column_name, 'how': p.how, 'after': p.after} AS evidence,
    [change(p.table_name, p.key, p.column_name, p.after)] AS proposal
FROM repairs AS p
WHERE p.how = 'letters'
