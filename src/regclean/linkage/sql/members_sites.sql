-- Who holds a role or a service at a site.
CREATE OR REPLACE TEMP TABLE link_member_sites AS
WITH holder AS (
    SELECT site_no, customer_no FROM site_roles
    UNION
    SELECT site_no, customer_no FROM services WHERE site_no IS NOT NULL
)
SELECT site_no, customer_no, count(*) OVER (PARTITION BY site_no) AS n FROM holder;
