SELECT bin_group_no, member_no, customer_no, match_probability, customer_no_given
FROM member_links
ORDER BY bin_group_no, member_no
