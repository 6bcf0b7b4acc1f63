-- Blocking keys of persons: two persons are compared when they share a key. `widest` is how many may share it before it
-- says too little and is left out (counted in the report). No rule is looser than a name at one place.
CREATE OR REPLACE TEMP TABLE link_keys AS
WITH named AS (
    SELECT *, list_distinct(list_concat([first], full_names)) AS firsts, list_distinct(list_concat([last], last_parts)) AS lasts
    FROM link_persons
),
-- Who ended and who began at that time under one name, or one that a slip of the pen keeps apart: each such pair has a key of its own.
dated AS (
    SELECT entity, first, last, began, ended, count(*) OVER (PARTITION BY last) <= $widest_surname AS rare FROM named
),
moving AS (SELECT *, unnest([ended // 31 - 1, ended // 31, ended // 31 + 1, ended // 31 + 2]) AS month FROM dated WHERE ended IS NOT NULL),
handover AS (
    SELECT unnest([old.entity, new.entity]) AS entity, old.entity || '|' || new.entity AS key
    FROM moving old
    JOIN dated new ON new.began // 31 = old.month AND new.began - old.ended BETWEEN -31 AND 62 AND old.entity <> new.entity
        AND (old.last = new.last AND old.rare
            OR old.first = new.first AND length(old.first) > 1 AND jaro_winkler_similarity(old.last, new.last) >= 0.88)
    WHERE NOT $generic
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
    UNION ALL SELECT entity, 'place', unnest(list_concat(places_2, list_concat(places_4, list_concat(places_10, places_many)))), 16 FROM named
    UNION ALL SELECT entity, 'name_area', first || '|' || last || '|' || unnest(areas), 40 FROM named
    UNION ALL SELECT entity, 'name', first || '|' || last, $widest_name FROM named
    UNION ALL SELECT entity, 'any_name', name || '|' || unnest(lasts), 6 FROM (SELECT entity, lasts, unnest(firsts) AS name FROM named)
    UNION ALL SELECT entity, 'email_name', email_local, 20 FROM named WHERE length(email_local) > 5
    UNION ALL SELECT entity, 'handover', key, 2 FROM handover
    UNION ALL SELECT entity, 'name', last || '|' || first, $widest_name FROM named WHERE $generic
    UNION ALL SELECT entity, 'name_city', first || '|' || last || '|' || city, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'last_place', last || '|' || city, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'first_area', first || '|' || unnest(areas), 20 FROM named WHERE $generic
    UNION ALL SELECT entity, 'last_area', last || '|' || unnest(areas), 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'birth_city', birth || '|' || city, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'birth_initials', birth || '|' || left(first, 1) || left(last, 1), 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'area_initials', left(first, 1) || left(last, 1) || '|' || unnest(areas), 20 FROM named WHERE $generic
    UNION ALL SELECT entity, 'area_year', left(birth, 4) || '|' || unnest(areas), 20 FROM named WHERE $generic
    UNION ALL SELECT entity, 'birth', birth, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'last_year', last || '|' || left(birth, 4), 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'first_year', first || '|' || left(birth, 4), 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'first_city', first || '|' || city, 40 FROM named WHERE $generic
    UNION ALL SELECT entity, 'email_local', email_letters, 20 FROM named WHERE $generic AND length(email_letters) > 5
)
SELECT entity, rule, hash(rule, key) AS key, widest FROM key WHERE key IS NOT NULL;
