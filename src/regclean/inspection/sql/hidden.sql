-- Whom and what a reader without the right must not meet: customers under non-disclosure, tonight or as the ledger
-- noted, and whatever would tell of them. A site or a shared bin is as protected as anybody who belongs to it.
CREATE OR REPLACE TEMP TABLE hidden AS
WITH customer AS (
    SELECT customer_no FROM customers WHERE non_disclosure
    UNION SELECT unnest(CAST($protected AS TEXT[]))
),
line AS (
    SELECT bin_group_no, member_no FROM hidden_lines
    UNION SELECT bin_group_no, member_no FROM bin_group_members SEMI JOIN customer USING (customer_no)
    UNION SELECT bin_group_no, member_no FROM member_links SEMI JOIN customer USING (customer_no)
    UNION SELECT bin_group_no, member_no FROM member_links
    WHERE list_has_any(
        from_json(candidates, '[{"customer_no":"VARCHAR"}]').list_transform(lambda one: one.customer_no),
        (SELECT coalesce(list(customer_no), []) FROM customer)
    )
)
SELECT 'customers' AS table_name, customer_no AS key FROM customer
UNION SELECT 'services', service_no FROM services SEMI JOIN customer USING (customer_no)
UNION SELECT 'sites', site_no FROM site_roles SEMI JOIN customer USING (customer_no)
UNION SELECT 'sites', site_no FROM services SEMI JOIN customer USING (customer_no) WHERE site_no IS NOT NULL
UNION SELECT 'bin_group_members', row_key(bin_group_no, member_no) FROM line
UNION SELECT 'bin_groups', bin_group_no FROM line
UNION SELECT 'bin_groups', bin_group_no FROM bin_groups
WHERE host_customer_no IN (SELECT customer_no FROM customer) OR contact_customer_no IN (SELECT customer_no FROM customer)
