-- Keys that are too weak to compare persons by every night. A blind sample looks among them for what the night has missed.
CREATE OR REPLACE TEMP TABLE link_keys AS
WITH key AS (
    SELECT entity, 'weaker' AS rule, 'initial' AS kind, last || '|' || left(first, 1) AS key, 40 AS widest FROM link_persons
    UNION ALL SELECT entity, 'weaker', 'beginnings', left(last, 4) || '|' || first, 20 FROM link_persons
    UNION ALL SELECT entity, 'weaker', 'birth', birth, 40 FROM link_persons
    UNION ALL SELECT entity, 'weaker', 'number', unnest(numbers), 20 FROM link_persons
    UNION ALL SELECT entity, 'weaker', 'first_area', first || '|' || unnest(areas), 20 FROM link_persons
    UNION ALL SELECT entity, 'weaker', 'last_area', last || '|' || unnest(areas), 20 FROM link_persons
    UNION ALL SELECT entity, 'weaker', 'email', email_letters, 20 FROM link_persons WHERE length(email_letters) > 5
)
SELECT entity, rule, hash(kind, key) AS key, widest FROM key WHERE key IS NOT NULL;
