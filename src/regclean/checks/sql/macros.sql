-- Henkilötunnus-shaped texts inside a longer text that also have a possible day, month and check character.
-- The check keeps invoice and customer numbers of the same shape out; the separator carries the century.
CREATE OR REPLACE TEMP MACRO national_ids_in(content) AS list_filter(
    regexp_extract_all(upper(content), '\b[0-3][0-9][01][0-9]{3}[-+YXWVUABCDEF][0-9]{3}[0-9A-FHJ-NPR-Y]\b'),
    lambda id:
        CAST(substr(id, 1, 2) AS INTEGER) BETWEEN 1 AND 31
        AND CAST(substr(id, 3, 2) AS INTEGER) BETWEEN 1 AND 12
        AND substr(
            '0123456789ABCDEFHJKLMNPRSTUVWXY',
            CAST(1 + CAST(substr(id, 1, 6) || substr(id, 8, 3) AS BIGINT) % 31 AS INTEGER),
            1
        ) = substr(id, 11, 1)
);

-- A local telephone number can have the shape and, once in 31 times, the check digit: all digits, a leading zero.
CREATE OR REPLACE TEMP MACRO looks_like_phone(id) AS regexp_full_match(id, '0[0-9]{5}-[0-9]{4}');

-- A JSON list of texts as a list; broken JSON gives an empty one (a rule of its own reports it).
CREATE OR REPLACE TEMP MACRO text_list(content) AS
    CASE WHEN json_valid(content) THEN coalesce(from_json(content, '["VARCHAR"]'), []) ELSE [] END;

-- The number of landed rows of each canonical table, and how many of them carry their content hash.
CREATE OR REPLACE TEMP MACRO landed_counts() AS TABLE
    SELECT 'customers' AS table_name, count(*) AS n, count(nullif(_hash, '')) AS hashed FROM landed.customers
    UNION ALL SELECT 'sites', count(*), count(nullif(_hash, '')) FROM landed.sites
    UNION ALL SELECT 'site_roles', count(*), count(nullif(_hash, '')) FROM landed.site_roles
    UNION ALL SELECT 'services', count(*), count(nullif(_hash, '')) FROM landed.services
    UNION ALL SELECT 'bin_groups', count(*), count(nullif(_hash, '')) FROM landed.bin_groups
    UNION ALL SELECT 'bin_group_members', count(*), count(nullif(_hash, '')) FROM landed.bin_group_members
    UNION ALL SELECT 'evidence', count(*), count(nullif(_hash, '')) FROM landed.evidence
    UNION ALL SELECT 'emptyings', count(*), count(nullif(_hash, '')) FROM landed.emptyings
    UNION ALL SELECT 'invoices', count(*), count(nullif(_hash, '')) FROM landed.invoices
    UNION ALL SELECT 'buildings', count(*), count(nullif(_hash, '')) FROM landed.buildings;

-- For each keyed table: landed rows that were not set aside, less the rows that the typed table has. 0 is right.
CREATE OR REPLACE TEMP MACRO unaccounted_rows() AS TABLE
    WITH landed_rows AS (
        SELECT 'customers' AS table_name, _file AS file, _row AS line FROM landed.customers
        UNION ALL SELECT 'sites', _file, _row FROM landed.sites
        UNION ALL SELECT 'services', _file, _row FROM landed.services
        UNION ALL SELECT 'bin_groups', _file, _row FROM landed.bin_groups
        UNION ALL SELECT 'bin_group_members', _file, _row FROM landed.bin_group_members
        UNION ALL SELECT 'buildings', _file, _row FROM landed.buildings
    ),
    set_aside AS (SELECT DISTINCT table_name, file, line FROM landed.quarantine),
    due AS (
        SELECT table_name, count(*) AS n FROM landed_rows ANTI JOIN set_aside USING (table_name, file, line)
        GROUP BY table_name
    ),
    kept AS (
        SELECT 'customers' AS table_name, count(*) AS n FROM customers
        UNION ALL SELECT 'sites', count(*) FROM sites
        UNION ALL SELECT 'services', count(*) FROM services
        UNION ALL SELECT 'bin_groups', count(*) FROM bin_groups
        UNION ALL SELECT 'bin_group_members', count(*) FROM bin_group_members
        UNION ALL SELECT 'buildings', count(*) FROM buildings
    )
    SELECT kept.table_name, coalesce(due.n, 0) - kept.n AS missing FROM kept LEFT JOIN due USING (table_name);

-- Cells that say that there is nothing to say. A dash or a question mark is no other column's value either.
CREATE OR REPLACE TEMP MACRO says_nothing(content) AS
    length(content) < 3 OR regexp_matches(lower(content), '^(ei|inte|ej|ingen|inga|inget|no|none|puuttuu|saknas|tuntematon|okänd|okänt|unknown|salainen|hemlig|hemligt|poistettu|null)\b|^[^\p{L}0-9]*$');

-- Text that is no word: digits and signs, or an e-mail address.
CREATE OR REPLACE TEMP MACRO is_wordless(content) AS
    (NOT regexp_matches(content, '\p{L}') OR contains(content, '@')) AND NOT says_nothing(content);

-- A street with its number, and nothing that an organisation at it would be called.
CREATE OR REPLACE TEMP MACRO is_street(content) AS
    regexp_matches(content, '(?i)^[\p{L} .:''-]*(katu|tie|kuja|polku|raitti|kaari|väylä|ranta|rinne|gatan|vägen|gränden|stigen)\s+[0-9]')
    AND NOT regexp_matches(content, '(?i)\b(as|oy|oyj|ab|ky|ry|rf|koy|brf|bostads|asunto|kiinteistö|tiekunta|kunta)\b');

-- Text without a digit, in a column of numbers.
CREATE OR REPLACE TEMP MACRO is_numberless(content) AS NOT regexp_matches(content, '[0-9]') AND NOT says_nothing(content);

-- Text that is no e-mail address, not even one that was written for people alone.
CREATE OR REPLACE TEMP MACRO is_no_email(content) AS
    NOT contains(content, '@') AND NOT contains(lower(content), '(at)') AND NOT says_nothing(content);
