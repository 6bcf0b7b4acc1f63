-- Keys that are too weak to compare organisations by every night: see `weaker_person_keys.sql`.
CREATE OR REPLACE TEMP TABLE link_keys AS
WITH key AS (
    SELECT entity, 'weaker' AS rule, 'word' AS kind, split_part(org, ' ', 1) AS key, 20 AS widest FROM link_organisations
    UNION ALL SELECT entity, 'weaker', 'beginning', left(org, 6), 20 FROM link_organisations
    UNION ALL SELECT entity, 'weaker', 'number', unnest(numbers), 20 FROM link_organisations
)
SELECT entity, rule, hash(kind, key) AS key, widest FROM key WHERE key IS NOT NULL;
