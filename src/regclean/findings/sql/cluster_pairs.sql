-- The scored pairs inside clusters.
SELECT
    l.cluster_id, p.customer_no_l, p.customer_no_r, p.match_probability, p.match_weight, p.relation, p.model,
    p.household_probability, p.explanation
FROM pairs AS p
JOIN clusters AS l ON l.customer_no = p.customer_no_l
JOIN clusters AS r ON r.customer_no = p.customer_no_r AND r.cluster_id = l.cluster_id
ORDER BY l.cluster_id, p.customer_no_l, p.customer_no_r
