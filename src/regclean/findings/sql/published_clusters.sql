SELECT cluster_id, customer_no
FROM clusters
WHERE $restricted OR customer_no NOT IN (SELECT customer_no FROM hidden_customers)
ORDER BY cluster_id, customer_no
