-- Tables in which nearly every row has one and the same key: a constant stands in the key's column.
WITH rows_of AS (SELECT table_name, key, count(*) AS n FROM origins GROUP BY table_name, key)
SELECT table_name, table_name AS key
FROM rows_of
WHERE table_name IN ('customers', 'sites', 'services', 'bin_groups', 'buildings')
GROUP BY table_name
HAVING sum(n) >= 20 AND max(n) > 0.9 * sum(n)
