-- Typed tables with more rows than were read, and the keys that nothing read accounts for.
WITH surplus AS (SELECT table_name FROM unaccounted_rows() WHERE missing < 0),
invented AS (
    SELECT 'customers' AS table_name, key FROM (SELECT customer_no AS key FROM customers) ANTI JOIN raw.customers USING (key)
    UNION ALL SELECT 'sites' AS table_name, key FROM (SELECT site_no AS key FROM sites) ANTI JOIN raw.sites USING (key)
    UNION ALL SELECT 'services' AS table_name, key FROM (SELECT service_no AS key FROM services) ANTI JOIN raw.services USING (key)
    UNION ALL SELECT 'bin_groups' AS table_name, key FROM (SELECT bin_group_no AS key FROM bin_groups) ANTI JOIN raw.bin_groups USING (key)
    UNION ALL SELECT 'bin_group_members' AS table_name, key FROM (SELECT row_key(bin_group_no, member_no) AS key FROM bin_group_members) ANTI JOIN raw.bin_group_members USING (key)
    UNION ALL SELECT 'buildings' AS table_name, key FROM (SELECT building_id AS key FROM buildings) ANTI JOIN raw.buildings USING (key)
)
SELECT surplus.table_name, coalesce(invented.key, '?') AS key FROM surplus LEFT JOIN invented USING (table_name)
