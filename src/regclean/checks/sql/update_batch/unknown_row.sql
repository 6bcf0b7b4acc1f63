-- Lines about a row that the last night did not read, and new rows under a key that is taken.
WITH known AS (
    SELECT 'customers' AS table_name, customer_no AS key FROM customers
    UNION SELECT 'sites', site_no FROM sites
    UNION SELECT 'services', service_no FROM services
    UNION SELECT 'bin_groups', bin_group_no FROM bin_groups
    UNION SELECT 'bin_group_members', row_key(bin_group_no, member_no) FROM bin_group_members
    UNION SELECT 'site_roles', row_key(customer_no, site_no, role) FROM site_roles
    UNION SELECT 'evidence', row_key(customer_no, signal, observed_on) FROM evidence
)
SELECT b.table_name, b.key FROM batch_lines AS b LEFT JOIN known AS k USING (table_name, key)
WHERE (b.op = 'insert') <> (k.key IS NULL)
