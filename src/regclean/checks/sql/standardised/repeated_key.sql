-- Keys that stand on more than one row of a typed table.
SELECT 'customers' AS table_name, customer_no AS key FROM customers GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'sites', site_no AS key FROM sites GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'services', service_no AS key FROM services GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'bin_groups', bin_group_no AS key FROM bin_groups GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'buildings', building_id AS key FROM buildings GROUP BY ALL HAVING count(*) > 1
UNION ALL SELECT 'bin_group_members', row_key(bin_group_no, member_no) AS key
    FROM bin_group_members GROUP BY ALL HAVING count(*) > 1
