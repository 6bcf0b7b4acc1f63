-- Lines for a file that are about a customer under non-disclosure.
WITH protected_customers AS (SELECT customer_no FROM customers WHERE non_disclosure)
SELECT b.table_name, b.key FROM batch_lines AS b
WHERE b.exported AND (
    b.protected
    OR (b.table_name = 'customers' AND b.key IN (SELECT customer_no FROM protected_customers))
    OR b.after_key IN (SELECT customer_no FROM protected_customers)
    OR (b.table_name = 'services' AND b.key IN (SELECT service_no FROM services SEMI JOIN protected_customers USING (customer_no)))
    OR (b.table_name = 'bin_group_members' AND b.key IN (
        SELECT row_key(bin_group_no, member_no) FROM bin_group_members SEMI JOIN protected_customers USING (customer_no)
    ))
)
