-- Members of every cluster of two or more.
SELECT cluster_id, customer_no
FROM clusters
QUALIFY count(*) OVER (PARTITION BY cluster_id) > 1
ORDER BY cluster_id, customer_no
