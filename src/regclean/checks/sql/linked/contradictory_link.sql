-- Links that say "linked" without a customer, or name a customer without saying "linked".
SELECT 'member_links' AS table_name, row_key(bin_group_no, member_no) AS key FROM member_links
WHERE (state = 'linked') <> (customer_no IS NOT NULL)
