-- Tables that hold another number of rows than their files say were loaded.
SELECT table_name, table_name AS key
FROM landed_counts()
LEFT JOIN (SELECT table_name, sum(loaded) AS loaded FROM landed.files GROUP BY table_name) AS files USING (table_name)
WHERE n <> coalesce(loaded, 0)
