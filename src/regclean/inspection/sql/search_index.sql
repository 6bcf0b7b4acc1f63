-- What the search box finds. Each thing is one row of `search_subjects`; each way to begin to write it is one row of
-- `search_terms`, sorted, so that a beginning is a range. Temp table `hidden` says who is protected.

INSERT INTO hidden_subjects SELECT table_name, key FROM hidden ORDER BY ALL;

-- A phone number as people of this country write it.
CREATE OR REPLACE TEMP MACRO local_phone(phone) AS CASE WHEN starts_with(phone, '+358') THEN '0' || substr(phone, 5) END;
-- A name from each of its words on, round to the one before.
CREATE OR REPLACE TEMP MACRO turned(words) AS
    list_transform(range(1, len(words) + 1), lambda i: array_to_string(list_concat(words[i:], words[1:i - 1]), ' '));
-- An address from each of its words on that is no number.
CREATE OR REPLACE TEMP MACRO tails(words) AS list_transform(
    list_filter(range(1, len(words) + 1), lambda i: i = 1 OR (len(words[i]) > 1 AND words[i][1] NOT BETWEEN '0' AND '9')),
    lambda i: array_to_string(words[i:], ' ')
);

INSERT INTO search_subjects
WITH subject AS (
    SELECT 'customers' AS table_name, customer_no AS key, name AS label, street_address, postal_code, city, coalesce(status = 'ended', false) AS ended
    FROM customers
    UNION ALL
    SELECT 'sites', site_no, street_address, NULL, postal_code, city, false FROM sites
    UNION ALL
    SELECT 'bin_groups', bin_group_no, contact_name, street_address, postal_code, city, end_on IS NOT NULL FROM bin_groups
)
SELECT
    row_number() OVER (ORDER BY s.table_name, s.key), s.table_name, s.key, s.label,
    nullif(concat_ws(', ', s.street_address, nullif(concat_ws(' ', s.postal_code, s.city), '')), ''),
    s.ended, h.key IS NOT NULL
FROM subject AS s
LEFT JOIN hidden AS h ON h.table_name = s.table_name AND h.key = s.key
ORDER BY ALL;

CREATE OR REPLACE TEMP TABLE search_texts AS
WITH names AS (
    SELECT 'customers' AS table_name, customer_no AS key, 'name' AS field, unnest([name, billing_name, previous_last_name]) AS text FROM customers
    UNION ALL SELECT 'bin_groups', bin_group_no, 'contact_name', contact_name FROM bin_groups
    UNION ALL SELECT 'bin_groups', bin_group_no, 'member', name FROM bin_group_members
),
addresses AS (
    SELECT 'customers' AS table_name, customer_no AS key, 'street_address' AS field, unnest([street_address, billing_street_address]) AS text FROM customers
    UNION ALL SELECT 'customers', r.customer_no, 'site', s.street_address FROM site_roles AS r JOIN sites AS s USING (site_no)
    UNION ALL SELECT 'sites', site_no, 'street_address', street_address FROM sites
    UNION ALL SELECT 'bin_groups', bin_group_no, 'street_address', street_address FROM bin_groups
),
places AS (
    SELECT 'customers' AS table_name, customer_no AS key, 'city' AS field, unnest([postal_code, city]) AS text FROM customers
    UNION ALL SELECT 'sites', site_no, 'city', unnest([postal_code, city]) FROM sites
    UNION ALL SELECT 'bin_groups', bin_group_no, 'city', unnest([postal_code, city]) FROM bin_groups
),
signs AS (
    SELECT 'customers' AS table_name, customer_no AS key, 'customer_no' AS field, customer_no AS text FROM customers
    UNION ALL SELECT 'customers', customer_no, 'phone', unnest([phone, phone_2, local_phone(phone), local_phone(phone_2)]) FROM customers
    UNION ALL SELECT 'customers', customer_no, 'email', email FROM customers
    UNION ALL SELECT 'customers', customer_no, 'business_id', business_id FROM customers
    UNION ALL SELECT 'customers', customer_no, 'iban', iban FROM customers
    UNION ALL SELECT 'customers', customer_no, 'service_no', service_no FROM services
    UNION ALL SELECT 'sites', site_no, 'site_no', unnest([site_no, property_id, building_id]) FROM sites
    UNION ALL SELECT 'bin_groups', bin_group_no, 'bin_group_no', bin_group_no FROM bin_groups
    UNION ALL SELECT 'bin_groups', bin_group_no, 'contact_phone', unnest([contact_phone, local_phone(contact_phone)]) FROM bin_groups
    UNION ALL SELECT 'bin_groups', bin_group_no, 'contact_email', contact_email FROM bin_groups
),
-- Folded once, before a name is turned.
worded AS MATERIALIZED (
    SELECT *, string_split(search_words(text), ' ') AS words FROM (
        SELECT *, 'turned' AS how FROM names
        UNION ALL SELECT *, 'tails' FROM addresses
        UNION ALL SELECT *, 'whole' FROM places
        UNION ALL SELECT *, 'close' FROM signs
    )
    WHERE text IS NOT NULL
)
SELECT table_name, key, field, unnest(turned(words)) AS term FROM worded WHERE how = 'turned'
UNION ALL SELECT table_name, key, field, unnest(tails(words)) FROM worded WHERE how = 'tails'
UNION ALL SELECT table_name, key, field, array_to_string(words, ' ') FROM worded WHERE how = 'whole'
UNION ALL SELECT table_name, key, field, array_to_string(words, '') FROM worded WHERE how = 'close'
-- An id is found whole or not at all: no text that anybody writes is folded to one with this sign.
UNION ALL SELECT 'customers', customer_no, 'national_id', '#' || national_id_hash FROM customers WHERE national_id_hash IS NOT NULL;

INSERT INTO search_terms
SELECT t.term, s.doc, t.field, s.protected
FROM search_texts AS t
JOIN search_subjects AS s USING (table_name, key)
WHERE t.term <> ''
ORDER BY t.term, s.doc, t.field;
DROP TABLE search_texts
