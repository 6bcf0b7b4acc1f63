-- Roles of payers that would stay behind on a customer who is merged away or ended, or go to nobody.
WITH going AS (SELECT key AS customer_no FROM batch_lines WHERE op = 'merge' OR ends),
known AS (
    SELECT customer_no FROM customers UNION SELECT key FROM batch_lines WHERE op = 'insert' AND table_name = 'customers'
),
roles AS (
    SELECT row_key(customer_no, site_no, role) AS key, customer_no FROM site_roles
    WHERE role = 'payer' AND end_on IS NULL
)
SELECT DISTINCT 'site_roles' AS table_name, r.key
FROM roles AS r LEFT JOIN batch_lines AS b ON b.table_name = 'site_roles' AND b.key = r.key
WHERE (b.key IS NULL AND r.customer_no IN (SELECT key FROM batch_lines WHERE op = 'merge'))
    OR (b.column_name = 'customer_no' AND (
        b.after_key IS NULL OR b.after_key NOT IN (SELECT customer_no FROM known)
        OR b.after_key IN (SELECT customer_no FROM going)
    ))
