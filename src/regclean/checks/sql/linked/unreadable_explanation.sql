-- Explanations and candidate lists that are not JSON: the steward would see nothing.
SELECT 'pairs' AS table_name, customer_no_l || ' + ' || customer_no_r AS key FROM pairs WHERE NOT json_valid(explanation)
UNION ALL
SELECT 'member_links', row_key(bin_group_no, member_no) FROM member_links WHERE NOT json_valid(candidates)
