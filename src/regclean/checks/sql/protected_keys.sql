-- Which of these keys belong to a customer under non-disclosure: they are not printed. Before standardising, every
-- value of the landed column that is not a clear no counts as a yes.
WITH protected_customers AS (
    SELECT customer_no FROM customers WHERE non_disclosure
    UNION
    SELECT trim(customer_no) FROM landed.customers
    WHERE trim(non_disclosure) <> '' AND lower(trim(non_disclosure)) NOT IN ('0', 'false', 'f', 'no', 'n', 'ei', 'e', 'nej')
),
protected_keys AS (
    SELECT customer_no AS key FROM protected_customers
    UNION SELECT service_no FROM services SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT trim(service_no) FROM landed.services SEMI JOIN protected_customers ON trim(landed.services.customer_no) = protected_customers.customer_no
    UNION SELECT row_key(bin_group_no, member_no) FROM bin_group_members SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT row_key(bin_group_no, member_no) FROM member_links SEMI JOIN protected_customers USING (customer_no)
)
SELECT key FROM protected_keys WHERE key IN (SELECT unnest(CAST($keys AS TEXT[])))
