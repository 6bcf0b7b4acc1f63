SELECT role, count(*) AS n, min(customer_no || '/' || site_no) AS key FROM site_roles GROUP BY ALL ORDER BY key
