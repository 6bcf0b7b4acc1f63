-- Probabilities outside 0..1 and weights that are not numbers, on pairs and on links of list lines.
SELECT 'pairs' AS table_name, customer_no_l || ' + ' || customer_no_r AS key FROM pairs
WHERE NOT match_probability BETWEEN 0 AND 1 OR isnan(match_probability) OR isnan(match_weight)
   OR NOT coalesce(household_probability, 0) BETWEEN 0 AND 1
UNION ALL
SELECT 'member_links', row_key(bin_group_no, member_no) FROM member_links
WHERE NOT coalesce(match_probability, 0) BETWEEN 0 AND 1
