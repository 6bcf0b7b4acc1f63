-- One number for everything that linkage reads from the night: equal content in any order gives an equal number.
SELECT string_agg(name || ':' || rows || ':' || content, ' ' ORDER BY name) AS digest
FROM (
    SELECT 'customers' AS name, count(*) AS rows, coalesce(sum(hash(t)::HUGEINT), 0) AS content FROM customers AS t
    UNION ALL SELECT 'persons', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM customer_persons AS t
    UNION ALL SELECT 'addresses', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM customer_addresses AS t
    UNION ALL SELECT 'sites', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM sites AS t
    UNION ALL SELECT 'roles', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM site_roles AS t
    UNION ALL SELECT 'services', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM services AS t
    UNION ALL SELECT 'groups', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM bin_groups AS t
    UNION ALL SELECT 'members', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM bin_group_members AS t
    UNION ALL SELECT 'member_ids', count(*), coalesce(sum(hash(t)::HUGEINT), 0) FROM member_ids AS t
    UNION ALL SELECT 'raw_ids', count(*), coalesce(sum(hash(key, national_id)::HUGEINT), 0) FROM raw.customers
);
