-- Clusters in which one pair is not "same" but household, successor or related: the chain around it deserves a look.
SELECT DISTINCT 'clusters' AS table_name, l.cluster_id AS key
FROM pairs AS p
JOIN clusters AS l ON l.customer_no = p.customer_no_l
JOIN clusters AS r ON r.customer_no = p.customer_no_r AND r.cluster_id = l.cluster_id
WHERE p.relation IN ('household', 'successor', 'related')
