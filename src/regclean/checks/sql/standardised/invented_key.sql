-- Keys of typed tables that nothing read accounts for.
SELECT 'customers' AS table_name, customer_no AS key FROM customers AS t
    ANTI JOIN landed.customers AS l ON t.customer_no = trim(l.customer_no)
UNION ALL SELECT 'sites', site_no FROM sites AS t ANTI JOIN landed.sites AS l ON t.site_no = trim(l.site_no)
UNION ALL SELECT 'services', service_no FROM services AS t
    ANTI JOIN landed.services AS l ON t.service_no = trim(l.service_no)
UNION ALL SELECT 'bin_groups', bin_group_no FROM bin_groups AS t
    ANTI JOIN landed.bin_groups AS l ON t.bin_group_no = trim(l.bin_group_no)
UNION ALL SELECT 'bin_group_members', bin_group_no || '/' || member_no FROM bin_group_members AS t
    ANTI JOIN landed.bin_group_members AS l ON t.bin_group_no = trim(l.bin_group_no)
