SELECT 'clusters' AS table_name, customer_no AS key FROM clusters GROUP BY ALL HAVING count(*) > 1
