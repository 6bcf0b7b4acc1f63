SELECT 'pairs' AS table_name, customer_no_l || ' + ' || customer_no_r AS key FROM pairs
WHERE customer_no_l NOT IN (SELECT customer_no FROM customers)
   OR customer_no_r NOT IN (SELECT customer_no FROM customers)
