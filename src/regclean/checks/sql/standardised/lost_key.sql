-- Rows that were read and not set aside, but did not reach the typed tables: first it is counted by table, then the
-- keys are named, as far as they were noted. A table whose count is right has lost nothing.
WITH short AS (SELECT table_name FROM unaccounted_rows() WHERE missing > 0),
kept AS (
    SELECT 'customers' AS table_name, customer_no AS key FROM customers
    UNION ALL SELECT 'sites' AS table_name, site_no AS key FROM sites
    UNION ALL SELECT 'services' AS table_name, service_no AS key FROM services
    UNION ALL SELECT 'bin_groups' AS table_name, bin_group_no AS key FROM bin_groups
    UNION ALL SELECT 'bin_group_members' AS table_name, row_key(bin_group_no, member_no) AS key FROM bin_group_members
    UNION ALL SELECT 'buildings' AS table_name, building_id AS key FROM buildings
),
lost AS (SELECT table_name, key FROM origins ANTI JOIN kept USING (table_name, key) WHERE taken)
SELECT short.table_name, coalesce(lost.key, '?') AS key FROM short LEFT JOIN lost USING (table_name)
