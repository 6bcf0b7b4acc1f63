-- Typed tables with more rows than were read, and the keys that nothing read accounts for.
WITH surplus AS (SELECT table_name FROM unaccounted_rows() WHERE missing < 0),
invented AS (
    SELECT 'customers' AS table_name, customer_no AS key FROM customers AS t
        ANTI JOIN landed.customers AS l ON t.customer_no = clean_key(l.customer_no)
    UNION ALL SELECT 'sites', site_no FROM sites AS t ANTI JOIN landed.sites AS l ON t.site_no = clean_key(l.site_no)
    UNION ALL SELECT 'services', service_no FROM services AS t
        ANTI JOIN landed.services AS l ON t.service_no = clean_key(l.service_no)
    UNION ALL SELECT 'bin_groups', bin_group_no FROM bin_groups AS t
        ANTI JOIN landed.bin_groups AS l ON t.bin_group_no = clean_key(l.bin_group_no)
    UNION ALL SELECT 'buildings', building_id FROM buildings AS t
        ANTI JOIN landed.buildings AS l ON t.building_id = clean_key(l.building_id)
    UNION ALL SELECT 'bin_group_members', row_key(bin_group_no, member_no) FROM bin_group_members AS t
        ANTI JOIN landed.bin_group_members AS l ON t.bin_group_no = clean_key(l.bin_group_no)
)
SELECT surplus.table_name, coalesce(invented.key, '?') AS key FROM surplus LEFT JOIN invented USING (table_name)
