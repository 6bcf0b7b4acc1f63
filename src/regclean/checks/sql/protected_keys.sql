-- Which of these keys belong to a customer under non-disclosure: they are not printed. Before standardising, every
-- value of the landed column that is not a clear no counts as a yes, and so does every row that has a word of a mark ($hiding).
WITH asked AS (SELECT unnest(CAST($keys AS TEXT[])) AS key),
protected_customers AS (
    SELECT customer_no FROM customers WHERE non_disclosure
    UNION
    SELECT trim(customer_no) FROM landed.customers
    WHERE trim(non_disclosure) <> '' AND lower(trim(non_disclosure)) NOT IN ('0', 'false', 'f', 'no', 'n', 'ei', 'e', 'nej')
    UNION
    SELECT key FROM asked INNER JOIN landed.customers AS r ON trim(r.customer_no) = key WHERE regexp_matches(array_to_string(to_json(r) ->> '$.*', ' '), $hiding)
    UNION
    SELECT key FROM asked INNER JOIN landed.evidence AS r ON trim(r.customer_no) = key WHERE regexp_matches(array_to_string(to_json(r) ->> '$.*', ' '), $hiding)
    UNION
    SELECT key FROM asked INNER JOIN landed.bin_group_members AS r ON trim(r.customer_no) = key
    WHERE regexp_matches(array_to_string(to_json(r) ->> '$.*', ' '), $hiding)
    UNION
    SELECT key FROM asked INNER JOIN landed.bin_groups AS r ON key IN (trim(r.host_customer_no), trim(r.contact_customer_no))
    WHERE regexp_matches(array_to_string(to_json(r) ->> '$.*', ' '), $hiding)
),
protected_keys AS (
    SELECT customer_no AS key FROM protected_customers
    UNION SELECT service_no FROM services SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT trim(service_no) FROM landed.services SEMI JOIN protected_customers ON trim(landed.services.customer_no) = protected_customers.customer_no
    UNION SELECT row_key(bin_group_no, member_no) FROM bin_group_members SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT row_key(bin_group_no, member_no) FROM member_links SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT row_key(bin_group_no, member_no) FROM hidden_lines
)
SELECT key FROM protected_keys WHERE key IN (SELECT key FROM asked)
