-- The `before` of every proposed change is what the register holds: the text of the landed row behind the typed one,
-- as a batch will check it. Of rows that share a key (periods of a role) it is the one without a value, else the last.
CREATE OR REPLACE TEMP TABLE settled AS
WITH changes AS (
    SELECT hit, change, place
    FROM (
        SELECT hit, unnest(changes) AS change, generate_subscripts(changes, 1) AS place
        FROM (
            SELECT
                rowid AS hit,
                from_json(proposal, '[{"op":"TEXT","table":"TEXT","key":"TEXT","column":"TEXT","before":"TEXT","after":"TEXT"}]') AS changes
            FROM rule_hits
            WHERE proposal IS NOT NULL
        )
    )
),
wanted AS (SELECT hit, place, change."table" AS table_name, change.key, change."column" AS column_name FROM changes WHERE change.op = 'update'),
held AS (
    SELECT hit, place, _file, _row, to_json(r) ->> column_name AS text FROM wanted JOIN raw.customers AS r USING (key) WHERE table_name = 'customers'
    UNION ALL SELECT hit, place, _file, _row, to_json(r) ->> column_name AS text FROM wanted JOIN raw.sites AS r USING (key) WHERE table_name = 'sites'
    UNION ALL SELECT hit, place, _file, _row, to_json(r) ->> column_name AS text FROM wanted JOIN raw.site_roles AS r USING (key) WHERE table_name = 'site_roles'
    UNION ALL SELECT hit, place, _file, _row, to_json(r) ->> column_name AS text FROM wanted JOIN raw.services AS r USING (key) WHERE table_name = 'services'
    UNION ALL SELECT hit, place, _file, _row, to_json(r) ->> column_name AS text FROM wanted JOIN raw.bin_groups AS r USING (key) WHERE table_name = 'bin_groups'
    UNION ALL SELECT hit, place, _file, _row, to_json(r) ->> column_name AS text FROM wanted JOIN raw.bin_group_members AS r USING (key) WHERE table_name = 'bin_group_members'
    UNION ALL SELECT hit, place, _file, _row, to_json(r) ->> column_name AS text FROM wanted JOIN raw.buildings AS r USING (key) WHERE table_name = 'buildings'
),
before AS (
    SELECT hit, place, CASE WHEN count(*) = count(text) THEN arg_max(text, (_file, _row)) END AS text
    FROM held
    GROUP BY hit, place
)
SELECT hit, to_json(list(struct_update(change, before := text) ORDER BY place)) AS proposal
FROM changes
LEFT JOIN before USING (hit, place)
GROUP BY hit;

UPDATE rule_hits SET proposal = settled.proposal FROM settled WHERE rule_hits.rowid = settled.hit;

DROP TABLE settled
