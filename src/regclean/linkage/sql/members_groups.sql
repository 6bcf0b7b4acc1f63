-- Customers who have to do with a shared bin: a service in it, its host, its contact person, a role at its site.
CREATE OR REPLACE TEMP TABLE link_member_groups AS
WITH related AS (
    SELECT bin_group_no, customer_no FROM services WHERE bin_group_no IS NOT NULL
    UNION
    SELECT bin_group_no, host_customer_no FROM bin_groups
    UNION
    SELECT bin_group_no, contact_customer_no FROM bin_groups
    UNION
    SELECT g.bin_group_no, r.customer_no FROM bin_groups g JOIN site_roles r ON r.site_no = g.host_site_no
)
SELECT bin_group_no, customer_no, count(*) OVER (PARTITION BY bin_group_no) AS n
FROM related
WHERE customer_no IN (SELECT customer_no FROM customers);
