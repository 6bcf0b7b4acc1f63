SELECT customer_no_l, customer_no_r, match_probability, match_weight, relation
FROM pairs
ORDER BY customer_no_l, customer_no_r
