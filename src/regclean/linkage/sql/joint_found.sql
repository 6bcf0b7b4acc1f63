-- What a night found of a pair that it weighed beside others.
SELECT customer_no_l AS l, customer_no_r AS r, match_probability AS p
FROM pairs
WHERE customer_no_l = $l AND customer_no_r = $r AND contains(explanation, '"comparison":"others"')
