SELECT relation, model, count(*) AS n, min(customer_no_l || ' + ' || customer_no_r) AS key
FROM pairs
GROUP BY ALL
ORDER BY key
