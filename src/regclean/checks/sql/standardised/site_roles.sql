SELECT role, count(*) AS n, min(row_key(customer_no, site_no)) AS key FROM site_roles GROUP BY ALL ORDER BY key
