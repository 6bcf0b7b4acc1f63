SELECT customer_no_l, customer_no_r, match_probability, match_weight, relation
FROM pairs
WHERE $restricted
   OR (customer_no_l NOT IN (SELECT customer_no FROM hidden_customers) AND customer_no_r NOT IN (SELECT customer_no FROM hidden_customers))
ORDER BY customer_no_l, customer_no_r
