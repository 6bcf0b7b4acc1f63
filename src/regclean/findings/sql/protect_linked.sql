-- Marks the customers that were linked with a line of `hidden_lines`, and protects whoever is marked.
INSERT INTO name_marks BY NAME
SELECT DISTINCT customer_no, 'non_disclosure' AS mark
FROM customers SEMI JOIN (member_links SEMI JOIN hidden_lines USING (bin_group_no, member_no)) USING (customer_no)
WHERE NOT non_disclosure;
UPDATE customers SET non_disclosure = TRUE
WHERE NOT non_disclosure AND customer_no IN (SELECT customer_no FROM name_marks WHERE mark = 'non_disclosure')
