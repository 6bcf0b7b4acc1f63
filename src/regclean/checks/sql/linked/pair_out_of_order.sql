-- Pairs that are not ordered, or compare a customer with itself: the same pair could be asked twice.
SELECT 'pairs' AS table_name, customer_no_l || ' + ' || customer_no_r AS key FROM pairs
WHERE NOT customer_no_l < customer_no_r
