-- Links of lines or to customers that do not exist.
SELECT 'member_links' AS table_name, row_key(bin_group_no, member_no) AS key
FROM member_links AS m
WHERE NOT EXISTS (SELECT 1 FROM bin_group_members AS b WHERE b.bin_group_no = m.bin_group_no AND b.member_no = m.member_no)
   OR (customer_no IS NOT NULL AND customer_no NOT IN (SELECT customer_no FROM customers))
