-- The lines of shared-bin lists that are this customer, as far as the linkage knows.
SELECT bin_group_no, member_no, state, round(match_probability, 4) AS probability, customer_no_given AS given
FROM member_links WHERE customer_no = $key
ORDER BY bin_group_no, member_no
