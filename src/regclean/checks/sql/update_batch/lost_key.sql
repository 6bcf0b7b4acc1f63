-- A customer, site, service or shared bin that would be removed, and a key that would be rewritten. Only the customer
-- of a role or of a bill changes with a merge, and only roles and lines of lists are ever removed.
SELECT table_name, key FROM batch_lines
WHERE (op = 'delete' AND table_name NOT IN ('site_roles', 'bin_group_members'))
    OR (op = 'update' AND (table_name, column_name) IN (
        ('customers', 'customer_no'), ('sites', 'site_no'), ('services', 'service_no'), ('bin_groups', 'bin_group_no'),
        ('bin_group_members', 'bin_group_no'), ('bin_group_members', 'member_no'), ('site_roles', 'site_no'),
        ('site_roles', 'role'), ('evidence', 'signal'), ('evidence', 'observed_on')
    ))
    OR (op = 'update' AND after IS NULL AND (table_name, column_name) IN (
        ('services', 'customer_no'), ('site_roles', 'customer_no'), ('evidence', 'customer_no')
    ))
