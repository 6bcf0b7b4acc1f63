CREATE OR REPLACE TEMP TABLE link_keys AS
WITH key AS (
    SELECT entity, 'business_id' AS rule, business_id AS key, 60 AS widest FROM link_organisations
    UNION ALL SELECT entity, 'org', org, 60 FROM link_organisations
    UNION ALL SELECT entity, 'org_words', org_words, 60 FROM link_organisations
    UNION ALL SELECT entity, 'word_area', split_part(org, ' ', 1) || '|' || unnest(areas), 40 FROM link_organisations
    UNION ALL SELECT entity, 'site', unnest(sites), 30 FROM link_organisations
    UNION ALL SELECT entity, 'phone', unnest(phones), 40 FROM link_organisations
    UNION ALL SELECT entity, 'email', email, 40 FROM link_organisations
    UNION ALL SELECT entity, 'account', iban, 40 FROM link_organisations
    UNION ALL SELECT entity, 'rare_word', unnest(rare_words), 20 FROM link_organisations WHERE $generic
    UNION ALL SELECT entity, 'house_word', unnest(house_words), 80 FROM link_organisations WHERE $generic
)
SELECT entity, rule, hash(rule, key) AS key, widest FROM key WHERE key IS NOT NULL;
