-- Columns in which most of twenty and more values are another column's: numbers or addresses for names, names or numbers for
-- addresses and towns, words for numbers, e-mail addresses elsewhere.
WITH counts AS (
    SELECT 'customers' AS table_name, unnest([
        {'key': 'name', 'n': count(name), 'foreign_ones': count(*) FILTER (is_wordless(name) OR is_street(name))},
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address) OR street_address = name)},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (NOT regexp_matches(postal_code, '[0-9]') AND NOT says_nothing(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))},
        {'key': 'phone', 'n': count(phone), 'foreign_ones': count(*) FILTER (NOT regexp_matches(phone, '[0-9]') AND NOT says_nothing(phone))},
        {'key': 'phone_2', 'n': count(phone_2), 'foreign_ones': count(*) FILTER (NOT regexp_matches(phone_2, '[0-9]') AND NOT says_nothing(phone_2))},
        {'key': 'email', 'n': count(email), 'foreign_ones': count(*) FILTER (NOT contains(email, '@') AND NOT contains(lower(email), '(at)') AND NOT says_nothing(email))},
        {'key': 'billing_street_address', 'n': count(billing_street_address), 'foreign_ones': count(*) FILTER (is_wordless(billing_street_address))},
        {'key': 'billing_city', 'n': count(billing_city), 'foreign_ones': count(*) FILTER (is_wordless(billing_city))}
    ]) AS one
    FROM keyed.customers
    UNION ALL
    SELECT 'sites' AS table_name, unnest([
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address))},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (NOT regexp_matches(postal_code, '[0-9]') AND NOT says_nothing(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))}
    ]) AS one
    FROM keyed.sites
    UNION ALL
    SELECT 'bin_groups' AS table_name, unnest([
        {'key': 'contact_name', 'n': count(contact_name), 'foreign_ones': count(*) FILTER (is_wordless(contact_name) OR is_street(contact_name))},
        {'key': 'contact_phone', 'n': count(contact_phone), 'foreign_ones': count(*) FILTER (NOT regexp_matches(contact_phone, '[0-9]') AND NOT says_nothing(contact_phone))},
        {'key': 'contact_email', 'n': count(contact_email), 'foreign_ones': count(*) FILTER (NOT contains(contact_email, '@') AND NOT contains(lower(contact_email), '(at)') AND NOT says_nothing(contact_email))},
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address) OR street_address = contact_name)},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (NOT regexp_matches(postal_code, '[0-9]') AND NOT says_nothing(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))}
    ]) AS one
    FROM keyed.bin_groups
    UNION ALL
    SELECT 'bin_group_members' AS table_name, unnest([
        {'key': 'name', 'n': count(name), 'foreign_ones': count(*) FILTER (is_wordless(name) OR is_street(name))},
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address) OR street_address = name)},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (NOT regexp_matches(postal_code, '[0-9]') AND NOT says_nothing(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))},
        {'key': 'phone', 'n': count(phone), 'foreign_ones': count(*) FILTER (NOT regexp_matches(phone, '[0-9]') AND NOT says_nothing(phone))},
        {'key': 'email', 'n': count(email), 'foreign_ones': count(*) FILTER (NOT contains(email, '@') AND NOT contains(lower(email), '(at)') AND NOT says_nothing(email))}
    ]) AS one
    FROM keyed.bin_group_members
)
SELECT table_name, one.key AS key FROM counts WHERE one.n >= 20 AND one.foreign_ones > 0.5 * one.n
