-- National ids that were not masked or not hashed: above `landed` no one may be able to read them.
SELECT 'customers' AS table_name, customer_no AS key FROM customers
WHERE (national_id_masked IS NOT NULL AND NOT contains(national_id_masked, '*'))
   OR (national_id_hash IS NOT NULL AND NOT regexp_full_match(national_id_hash, '[0-9a-f]{32,}'))
