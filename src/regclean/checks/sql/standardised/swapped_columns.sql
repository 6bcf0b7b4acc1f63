-- Columns in which most values are another column's: numbers for names, words for phone numbers, e-mail addresses elsewhere.
WITH shares AS (
    SELECT 'customers' AS table_name, 'name' AS key, count(name) AS n, count(*) FILTER (NOT regexp_matches(name, '\p{L}') OR contains(name, '@')) AS foreign_ones FROM keyed.customers
    UNION ALL
    SELECT 'bin_group_members', 'name', count(name), count(*) FILTER (NOT regexp_matches(name, '\p{L}') OR contains(name, '@')) FROM keyed.bin_group_members
    UNION ALL
    SELECT 'customers', 'street_address', count(street_address), count(*) FILTER (NOT regexp_matches(street_address, '\p{L}') OR contains(street_address, '@')) FROM keyed.customers
    UNION ALL
    SELECT 'customers', 'phone', count(phone), count(*) FILTER (NOT regexp_matches(phone, '[0-9]')) FROM keyed.customers
    UNION ALL
    SELECT 'customers', 'email', count(email), count(*) FILTER (NOT contains(email, '@') AND NOT contains(lower(email), '(at)')) FROM keyed.customers
)
SELECT table_name, key FROM shares WHERE n >= 20 AND foreign_ones > 0.5 * n
