-- Tables of which less than half of the different rows that landed can be used; of those without a key of their own, in which
-- unknown roles and unreadable days are dirt, less than a tenth. What an authority says of people who are no customers is no loss.
WITH of_nobody AS (
    SELECT file, line FROM landed.quarantine WHERE table_name = 'evidence' AND why LIKE 'no customer has this %'
)
SELECT table_name, table_name AS key
FROM (
    SELECT 'customers' AS table_name, 0.5 AS least, (SELECT count(*) FROM customers) AS kept, (SELECT count(DISTINCT _hash) FROM landed.customers) AS n
    UNION ALL SELECT 'sites', 0.5, (SELECT count(*) FROM sites), (SELECT count(DISTINCT _hash) FROM landed.sites)
    UNION ALL SELECT 'services', 0.5, (SELECT count(*) FROM services), (SELECT count(DISTINCT _hash) FROM landed.services)
    UNION ALL SELECT 'bin_groups', 0.5, (SELECT count(*) FROM bin_groups), (SELECT count(DISTINCT _hash) FROM landed.bin_groups)
    UNION ALL SELECT 'bin_group_members', 0.5, (SELECT count(*) FROM bin_group_members), (SELECT count(DISTINCT _hash) FROM landed.bin_group_members)
    UNION ALL SELECT 'site_roles', 0.1, (SELECT count(*) FROM site_roles), (SELECT count(DISTINCT _hash) FROM landed.site_roles)
    UNION ALL SELECT 'evidence', 0.1, (SELECT count(*) FROM evidence), (SELECT count(DISTINCT _hash) FROM landed.evidence ANTI JOIN of_nobody ON _file = file AND _row = line)
    UNION ALL SELECT 'emptyings', 0.1, (SELECT count(*) FROM emptyings), (SELECT count(DISTINCT _hash) FROM landed.emptyings)
    UNION ALL SELECT 'invoices', 0.1, (SELECT count(*) FROM invoices), (SELECT count(DISTINCT _hash) FROM landed.invoices)
)
WHERE n >= 20 AND kept < n * least
