-- Clusters that hold two customers whom a steward told apart, and nobody has answered since.
SELECT DISTINCT 'clusters' AS table_name, l.cluster_id AS key
FROM decided_edges AS d
JOIN clusters AS l ON l.customer_no = d.customer_no_l
JOIN clusters AS r ON r.customer_no = d.customer_no_r AND r.cluster_id = l.cluster_id
WHERE d.verdict IN ('different', 'household', 'successor', 'lapsed')
