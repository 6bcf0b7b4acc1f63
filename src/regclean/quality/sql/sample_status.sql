-- The drawn pairs (`drawn`) as the night has them: are both customers still there, and is it one cluster?
SELECT drawn.*, l.customer_no IS NOT NULL AND r.customer_no IS NOT NULL AS present,
    coalesce(l.cluster_id = r.cluster_id, false) AS joined
FROM drawn
LEFT JOIN clusters AS l ON l.customer_no = drawn.customer_no_l
LEFT JOIN clusters AS r ON r.customer_no = drawn.customer_no_r
ORDER BY drawn.sample_id, drawn.number
