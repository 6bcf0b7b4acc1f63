SELECT 'pairs' AS table_name, customer_no_l || ' + ' || customer_no_r AS key FROM pairs GROUP BY ALL HAVING count(*) > 1
