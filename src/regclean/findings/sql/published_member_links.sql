-- A line that names somebody hidden is left out whole: as it was given, as it was found, or as it was registered; so is one
-- that says so itself.
SELECT bin_group_no, member_no, l.customer_no, match_probability, customer_no_given
FROM member_links AS l
WHERE $restricted OR NOT EXISTS (
    SELECT 1 FROM hidden_customers AS h WHERE h.customer_no IN (l.customer_no, l.customer_no_given)
) AND NOT EXISTS (
    SELECT 1
    FROM bin_group_members AS m
    JOIN hidden_customers AS h USING (customer_no)
    WHERE m.bin_group_no = l.bin_group_no AND m.member_no = l.member_no
) AND (bin_group_no, member_no) NOT IN (SELECT (bin_group_no, member_no) FROM hidden_lines)
ORDER BY bin_group_no, member_no
