-- Rows that were read and not set aside, but did not reach the typed tables: first it is counted by table, then the
-- keys are named. A table whose count is right has lost nothing, whatever cleaning made of its keys.
WITH short AS (SELECT table_name FROM unaccounted_rows() WHERE missing > 0),
lost AS (
    SELECT 'customers' AS table_name, clean_key(l.customer_no) AS key FROM landed.customers AS l
        ANTI JOIN customers AS t ON t.customer_no = clean_key(l.customer_no)
    UNION SELECT 'sites', clean_key(l.site_no) FROM landed.sites AS l
        ANTI JOIN sites AS t ON t.site_no = clean_key(l.site_no)
    UNION SELECT 'services', clean_key(l.service_no) FROM landed.services AS l
        ANTI JOIN services AS t ON t.service_no = clean_key(l.service_no)
    UNION SELECT 'bin_groups', clean_key(l.bin_group_no) FROM landed.bin_groups AS l
        ANTI JOIN bin_groups AS t ON t.bin_group_no = clean_key(l.bin_group_no)
    UNION SELECT 'buildings', clean_key(l.building_id) FROM landed.buildings AS l
        ANTI JOIN buildings AS t ON t.building_id = clean_key(l.building_id)
    UNION SELECT 'bin_group_members', row_key(clean_key(l.bin_group_no), clean_key(l.member_no))
        FROM landed.bin_group_members AS l
        ANTI JOIN bin_group_members AS t
            ON t.bin_group_no = clean_key(l.bin_group_no) AND t.member_no = clean_key(l.member_no)
)
SELECT short.table_name, coalesce(lost.key, '?') AS key FROM short LEFT JOIN lost USING (table_name)
