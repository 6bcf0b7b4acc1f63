-- Findings about a row that the register does not hold.
WITH subjects AS (SELECT finding_id, kind, unnest(text_list(subjects)) AS subject FROM findings),
named AS (
    SELECT finding_id, subject_table(subject) AS table_name, subject_key(kind, subject) AS key FROM subjects
),
known AS (
    SELECT 'customers' AS table_name, customer_no AS key FROM customers
    UNION ALL SELECT 'sites', site_no FROM sites
    UNION ALL SELECT 'services', service_no FROM services
    UNION ALL SELECT 'bin_groups', bin_group_no FROM bin_groups
    UNION ALL SELECT 'bin_groups', bin_group_no FROM bin_group_members
    UNION ALL SELECT 'bin_group_members', row_key(bin_group_no, member_no) FROM bin_group_members
    UNION ALL SELECT 'bin_group_members', row_key(bin_group_no, line) FROM reported WHERE line LIKE 'new:%'
    UNION ALL SELECT 'buildings', building_id FROM buildings
    UNION ALL SELECT 'site_roles', row_key(customer_no, site_no, role) FROM site_roles
    UNION ALL SELECT 'evidence', row_key(customer_no, signal, observed_on) FROM evidence
)
SELECT DISTINCT 'findings' AS table_name, finding_id AS key FROM named ANTI JOIN known USING (table_name, key) WHERE table_name <> 'sources'
