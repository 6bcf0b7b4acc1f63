-- Blocking keys of persons: two persons are compared when they share a key. `widest` is how many may share it before it
-- says too little and is left out (counted in the report). No rule is looser than a name at one place.
CREATE OR REPLACE TEMP TABLE link_keys AS
WITH named AS (
    SELECT *, list_distinct(list_concat([first], full_names)) AS firsts, list_distinct(list_concat([last], last_parts)) AS lasts
    FROM link_persons
),
key AS (
    SELECT entity, 'national_id' AS rule, national_id AS key, 50 AS widest FROM named
    UNION ALL SELECT entity, 'birth_first', birth || '|' || first, 60 FROM named
    UNION ALL SELECT entity, 'birth_last', birth || '|' || unnest(lasts), 60 FROM named
    UNION ALL SELECT entity, 'birth_area', birth || '|' || unnest(areas), 60 FROM named
    UNION ALL SELECT entity, 'birth_number', birth || '|' || unnest(numbers), 60 FROM named
    UNION ALL SELECT entity, 'phone', unnest(phones), 40 FROM named
    UNION ALL SELECT entity, 'email', email, 40 FROM named
    UNION ALL SELECT entity, 'account', iban, 40 FROM named
    UNION ALL SELECT entity, 'last_number', unnest(lasts) || '|' || number, 60 FROM (SELECT entity, lasts, unnest(numbers) AS number FROM named)
    UNION ALL SELECT entity, 'first_number', unnest(firsts) || '|' || number, 60 FROM (SELECT entity, firsts, unnest(numbers) AS number FROM named)
    UNION ALL SELECT entity, 'flat', unnest(flats), 16 FROM named
    UNION ALL SELECT entity, 'house', unnest(houses), 10 FROM named
    UNION ALL SELECT entity, 'name_area', first || '|' || last || '|' || unnest(areas), 40 FROM named
    UNION ALL SELECT entity, 'name', first || '|' || last, $widest_name FROM named
    UNION ALL SELECT entity, 'name', last || '|' || first, $widest_name FROM named WHERE $generic
    UNION ALL SELECT entity, 'name_city', first || '|' || last || '|' || city, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'last_place', last || '|' || city, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'first_area', first || '|' || unnest(areas), 20 FROM named WHERE $generic
    UNION ALL SELECT entity, 'birth', birth, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'last_year', last || '|' || left(birth, 4), 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'first_year', first || '|' || left(birth, 4), 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'first_city', first || '|' || city, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'email_local', email_letters, 20 FROM named WHERE $generic AND length(email_letters) > 5
)
SELECT entity, rule, hash(rule, key) AS key, widest FROM key WHERE key IS NOT NULL;
