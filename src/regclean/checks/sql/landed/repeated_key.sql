-- Keys that stand on more than one row of the export.
SELECT 'customers' AS table_name, trim(customer_no) AS key FROM landed.customers GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'sites', trim(site_no) AS key FROM landed.sites GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'services', trim(service_no) AS key FROM landed.services GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'bin_groups', trim(bin_group_no) AS key FROM landed.bin_groups GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'buildings', trim(building_id) AS key FROM landed.buildings GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'bin_group_members', row_key(trim(bin_group_no), trim(member_no)) AS key
    FROM landed.bin_group_members WHERE trim(member_no) <> '' GROUP BY ALL HAVING count(*) > 1
