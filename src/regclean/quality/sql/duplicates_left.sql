-- Every scored pair with its probability, as people have decided where they have (`decided`: customer_no_l,
-- customer_no_r, verdict) and it still holds; `cluster_id` tells which pairs stand or fall together. Nobody under
-- non-disclosure, and nobody who was ended: a merged customer is a duplicate no longer.
SELECT
    cluster.cluster_id,
    CASE WHEN coalesce(one.verdict, 'lapsed') = 'lapsed' THEN pair.match_probability WHEN one.verdict = 'same' THEN 1.0 ELSE 0.0 END AS probability
FROM pairs AS pair
JOIN clusters AS cluster ON cluster.customer_no = pair.customer_no_l
LEFT JOIN decided AS one USING (customer_no_l, customer_no_r)
WHERE NOT EXISTS (
    SELECT 1 FROM customers AS customer
    WHERE customer.customer_no IN (pair.customer_no_l, pair.customer_no_r)
      AND (customer.non_disclosure OR customer.status = 'ended'
           OR subject('customers', customer.customer_no) IN (SELECT unnest(CAST($protected AS TEXT[]))))
)
ORDER BY pair.customer_no_l, pair.customer_no_r
