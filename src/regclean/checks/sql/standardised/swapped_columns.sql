-- Columns in which most of twenty and more values are another column's: numbers or addresses for names, names or numbers for
-- addresses and towns, words for numbers, e-mail addresses elsewhere.
WITH counts AS (
    SELECT 'customers' AS table_name, unnest([
        {'key': 'name', 'n': count(name), 'foreign_ones': count(*) FILTER (is_wordless(name) OR is_street(name))},
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address) OR street_address = name)},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (is_numberless(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))},
        {'key': 'phone', 'n': count(phone), 'foreign_ones': count(*) FILTER (is_numberless(phone))},
        {'key': 'phone_2', 'n': count(phone_2), 'foreign_ones': count(*) FILTER (is_numberless(phone_2))},
        {'key': 'email', 'n': count(email), 'foreign_ones': count(*) FILTER (is_no_email(email))},
        {'key': 'billing_street_address', 'n': count(billing_street_address), 'foreign_ones': count(*) FILTER (is_wordless(billing_street_address))},
        {'key': 'billing_city', 'n': count(billing_city), 'foreign_ones': count(*) FILTER (is_wordless(billing_city))}
    ]) AS one
    FROM keyed.customers
    UNION ALL
    SELECT 'sites' AS table_name, unnest([
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address))},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (is_numberless(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))}
    ]) AS one
    FROM keyed.sites
    UNION ALL
    SELECT 'bin_groups' AS table_name, unnest([
        {'key': 'contact_name', 'n': count(contact_name), 'foreign_ones': count(*) FILTER (is_wordless(contact_name) OR is_street(contact_name))},
        {'key': 'contact_phone', 'n': count(contact_phone), 'foreign_ones': count(*) FILTER (is_numberless(contact_phone))},
        {'key': 'contact_email', 'n': count(contact_email), 'foreign_ones': count(*) FILTER (is_no_email(contact_email))},
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address) OR street_address = contact_name)},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (is_numberless(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))}
    ]) AS one
    FROM keyed.bin_groups
    UNION ALL
    SELECT 'bin_group_members' AS table_name, unnest([
        {'key': 'name', 'n': count(name), 'foreign_ones': count(*) FILTER (is_wordless(name) OR is_street(name))},
        {'key': 'street_address', 'n': count(street_address), 'foreign_ones': count(*) FILTER (is_wordless(street_address) OR street_address = name)},
        {'key': 'postal_code', 'n': count(postal_code), 'foreign_ones': count(*) FILTER (is_numberless(postal_code))},
        {'key': 'city', 'n': count(city), 'foreign_ones': count(*) FILTER (is_wordless(city))},
        {'key': 'phone', 'n': count(phone), 'foreign_ones': count(*) FILTER (is_numberless(phone))},
        {'key': 'email', 'n': count(email), 'foreign_ones': count(*) FILTER (is_no_email(email))}
    ]) AS one
    FROM keyed.bin_group_members
)
SELECT table_name, one.key AS key FROM counts WHERE one.n >= 20 AND one.foreign_ones > 0.5 * one.n
