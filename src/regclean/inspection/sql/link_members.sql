-- The lines of a shared bin's list, and which customer each is.
SELECT member_no, customer_no AS customer, state, round(match_probability, 4) AS probability, customer_no_given AS customer_given
FROM member_links WHERE bin_group_no = $key
ORDER BY member_no
