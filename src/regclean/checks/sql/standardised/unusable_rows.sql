-- Tables of which less than half of the different rows that landed can be used.
SELECT table_name, table_name AS key
FROM (
    SELECT 'customers' AS table_name, (SELECT count(*) FROM customers) AS kept, (SELECT count(DISTINCT _hash) FROM landed.customers) AS n
    UNION ALL SELECT 'sites' AS table_name, (SELECT count(*) FROM sites) AS kept, (SELECT count(DISTINCT _hash) FROM landed.sites) AS n
    UNION ALL SELECT 'services' AS table_name, (SELECT count(*) FROM services) AS kept, (SELECT count(DISTINCT _hash) FROM landed.services) AS n
    UNION ALL SELECT 'bin_groups' AS table_name, (SELECT count(*) FROM bin_groups) AS kept, (SELECT count(DISTINCT _hash) FROM landed.bin_groups) AS n
    UNION ALL SELECT 'bin_group_members' AS table_name, (SELECT count(*) FROM bin_group_members) AS kept, (SELECT count(DISTINCT _hash) FROM landed.bin_group_members) AS n
)
WHERE n >= 20 AND kept < n * 0.5
