SELECT cluster_id, customer_no
FROM clusters
ORDER BY cluster_id, customer_no
