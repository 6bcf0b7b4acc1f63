-- Roles of customers or at sites that are not in the register.
SELECT 'site_roles' AS table_name, row_key(customer_no, site_no, role) AS key FROM site_roles
WHERE customer_no NOT IN (SELECT customer_no FROM customers)
   OR (site_no NOT IN (SELECT site_no FROM sites) AND EXISTS (SELECT 1 FROM sites))
