-- Rows without one of their key columns; named by file and row, because they have no key.
WITH keyless AS (
    SELECT 'customers' AS table_name, _file, _row FROM landed.customers WHERE coalesce(trim(customer_no), '') = ''
    UNION ALL SELECT 'sites', _file, _row FROM landed.sites WHERE coalesce(trim(site_no), '') = ''
    UNION ALL SELECT 'site_roles', _file, _row FROM landed.site_roles
        WHERE coalesce(trim(customer_no), '') = '' OR coalesce(trim(site_no), '') = '' OR coalesce(trim(role), '') = ''
    UNION ALL SELECT 'services', _file, _row FROM landed.services
        WHERE coalesce(trim(service_no), '') = '' OR coalesce(trim(customer_no), '') = ''
    UNION ALL SELECT 'bin_groups', _file, _row FROM landed.bin_groups WHERE coalesce(trim(bin_group_no), '') = ''
    UNION ALL SELECT 'bin_group_members', _file, _row FROM landed.bin_group_members
        WHERE coalesce(trim(bin_group_no), '') = ''
    UNION ALL SELECT 'evidence', _file, _row FROM landed.evidence
        WHERE coalesce(trim(customer_no), trim(national_id), trim(business_id), '') = '' OR coalesce(trim(signal), '') = '' OR coalesce(trim(observed_on), '') = ''
    UNION ALL SELECT 'emptyings', _file, _row FROM landed.emptyings
        WHERE coalesce(trim(service_no), '') = '' OR coalesce(trim(emptied_on), '') = ''
    UNION ALL SELECT 'invoices', _file, _row FROM landed.invoices
        WHERE coalesce(trim(customer_no), '') = '' OR coalesce(trim(invoice_no), '') = '' OR coalesce(trim(issued_on), '') = ''
    UNION ALL SELECT 'buildings', _file, _row FROM landed.buildings WHERE coalesce(trim(building_id), '') = ''
)
SELECT table_name, _file || ':' || _row AS key FROM keyless
