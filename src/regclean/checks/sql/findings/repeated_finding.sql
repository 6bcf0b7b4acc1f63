SELECT 'findings' AS table_name, finding_id AS key FROM findings GROUP BY ALL HAVING count(*) > 1
