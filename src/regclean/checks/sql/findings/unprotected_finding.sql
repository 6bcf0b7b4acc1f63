-- Findings about a customer under non-disclosure, its services, its lines on shared-bin lists or their fields that are
-- not marked as protected: they would reach the general queue.
WITH protected_customers AS (SELECT customer_no FROM customers WHERE non_disclosure),
protected_subjects AS (
    SELECT 'customers' AS table_name, customer_no AS key FROM protected_customers
    UNION SELECT 'services', service_no FROM services SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT 'bin_group_members', row_key(bin_group_no, member_no)
        FROM bin_group_members SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT 'bin_group_members', row_key(bin_group_no, member_no)
        FROM member_links SEMI JOIN protected_customers USING (customer_no)
    UNION SELECT 'bin_group_members', row_key(bin_group_no, member_no) FROM hidden_lines
),
named AS (
    SELECT finding_id, subject_table(subject) AS table_name, subject_key(kind, subject) AS key
    FROM (SELECT finding_id, kind, unnest(text_list(subjects)) AS subject FROM findings WHERE NOT protected)
)
SELECT DISTINCT 'findings' AS table_name, finding_id AS key FROM named SEMI JOIN protected_subjects USING (table_name, key)
