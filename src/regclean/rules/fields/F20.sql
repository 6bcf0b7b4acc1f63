-- id = "F20"
-- title.fi = "Henkilötunnus on väärässä sarakkeessa"
-- title.sv = "En personbeteckning står i fel kolumn"
-- title.en = "A national id stands in another column"
-- summary.fi = "{table} {key}: sarakkeessa {column} on henkilötunnus {masked} ({file}, rivi {line})."
-- summary.sv = "{table} {key}: i kolumnen {column} står personbeteckningen {masked} ({file}, rad {line})."
-- summary.en = "{table} {key}: the column {column} holds the national id {masked} ({file}, row {line})."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Siirrä henkilötunnus rekisterissä omaan sarakkeeseensa ja poista se tästä."
-- asks.sv = "Flytta personbeteckningen i registret till sin egen kolumn och ta bort den härifrån."
-- asks.en = "Move the id to its own column in the register and take it out of this one."
-- way = "look_up"
-- why = "Whoever may read names and phone numbers may read it there, and it goes out with every list and letter. The night masks it, and uses a valid one as the row's own; the register still has to be put right: move it to its column, take it out of this one."
-- subjects = "customers, sites, services, bin_groups, bin_group_members, site_roles, evidence, emptyings, invoices, buildings"
-- countries = ["fi"]
SELECT
    [subject(table_name, key, column_name)] AS subjects,
    {
        'table': table_name, 'key': key, 'column': column_name, 'masked': string_agg(DISTINCT masked, ', ' ORDER BY masked),
        'state': min(state), 'file': min(file), 'line': min(line)
    } AS evidence
FROM misplaced_ids
GROUP BY table_name, key, column_name
