-- id = "F19"
-- title.fi = "Sama tunnus on kahdella rivillä"
-- title.sv = "Samma nummer står på två rader"
-- title.en = "One key stands on two rows"
-- summary.fi = "{table} {key} on rekisterissä {times} kertaa eri tiedoin: voimassa on {taken}, sivuun jäi {others}."
-- summary.sv = "{table} {key} finns {times} gånger i registret med olika uppgifter: {taken} gäller, {others} lämnades åt sidan."
-- summary.en = "{table} {key} is in the register {times} times with different data: {taken} was taken, {others} set aside."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Poista rekisteristä rivit, jotka eivät pidä paikkaansa."
-- asks.sv = "Ta bort de rader ur registret som inte stämmer."
-- asks.en = "Take the rows that are not true out of the register."
-- way = "look_up"
-- why = "Only one of the rows can be true. The newest is taken, else the fullest; whoever keeps the register must see what the others say, and take them out: until then nothing can be changed under this key."
-- subjects = "customers, sites, services, bin_groups, bin_group_members, buildings"
-- [guards]
-- alike = "Rows that say the same, as two exports that overlap do, leave nothing to settle."
WITH repeated AS (
    SELECT
        table_name, key, count(*) AS times, any_value(format('{}:{}', _file, _row)) FILTER (taken) AS taken,
        list(format('{}:{}', _file, _row) ORDER BY _file, _row) FILTER (NOT taken) AS others
    FROM origins
    WHERE table_name IN ('customers', 'sites', 'services', 'bin_groups', 'bin_group_members', 'buildings')
    GROUP BY table_name, key
    HAVING count(*) > 1
),
written AS (
    SELECT *, ['customer_no'] AS named_by FROM (SELECT repeated.*, to_json(r) AS cells FROM repeated JOIN keyed.customers AS r USING (key) WHERE table_name = 'customers')
    UNION ALL
    SELECT *, ['site_no'] FROM (SELECT repeated.*, to_json(r) FROM repeated JOIN keyed.sites AS r USING (key) WHERE table_name = 'sites')
    UNION ALL
    SELECT *, ['building_id'] FROM (SELECT repeated.*, to_json(r) FROM repeated JOIN keyed.buildings AS r USING (key) WHERE table_name = 'buildings')
    UNION ALL
    SELECT *, ['service_no'] FROM (SELECT repeated.*, to_json(r) FROM repeated JOIN keyed.services AS r USING (key) WHERE table_name = 'services')
    UNION ALL
    SELECT *, ['bin_group_no'] FROM (SELECT repeated.*, to_json(r) FROM repeated JOIN keyed.bin_groups AS r USING (key) WHERE table_name = 'bin_groups')
    UNION ALL
    SELECT *, ['bin_group_no', 'member_no'] FROM (SELECT repeated.*, to_json(r) FROM repeated JOIN keyed.bin_group_members AS r USING (key) WHERE table_name = 'bin_group_members')
),
cells AS (
    SELECT table_name, key, named_by, times, taken, others, column_name, trim(coalesce(cells ->> column_name, '')) AS text
    FROM (SELECT *, unnest(json_keys(cells)) AS column_name FROM written)
    WHERE column_name NOT IN ('key', '_file', '_row', '_hash', '_taken') AND NOT list_contains(named_by, column_name)
),
compared AS (
    SELECT table_name, key, named_by, times, taken, others, column_name, count(DISTINCT text) > 1 AS differs
    FROM cells
    GROUP BY ALL
),
told AS (
    SELECT table_name, key, named_by[-1] AS column_name, times, taken, others, coalesce(list(column_name ORDER BY column_name) FILTER (differs), []) AS columns
    FROM compared
    GROUP BY ALL
)
SELECT
    [subject(table_name, key, column_name)] AS subjects,
    {
        'table': table_name, 'key': key, 'column': column_name, 'times': times, 'taken': taken, 'others': others, 'columns': columns,
        'basis': {'key': key, 'times': times, 'columns': columns}
    } AS evidence
FROM told
WHERE
    TRUE
    -- guard: alike
    AND len(columns) > 0
    -- end guard
