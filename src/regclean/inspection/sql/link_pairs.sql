-- The other customers that one was compared with and is something to, and whether they stand in one cluster.
SELECT
    CASE WHEN p.customer_no_l = $key THEN p.customer_no_r ELSE p.customer_no_l END AS customer,
    p.relation, round(p.match_probability, 4) AS probability, round(p.match_weight, 1) AS bits, p.model,
    l.cluster_id = r.cluster_id AS one_cluster
FROM pairs AS p
JOIN clusters AS l ON l.customer_no = p.customer_no_l
JOIN clusters AS r ON r.customer_no = p.customer_no_r
WHERE $key IN (p.customer_no_l, p.customer_no_r)
ORDER BY probability DESC, customer
