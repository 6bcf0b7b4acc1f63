-- Services under contract whose customer is there and active now, and would not be afterwards.
WITH going AS (SELECT key AS customer_no FROM batch_lines WHERE op = 'merge' OR ends),
known AS (
    SELECT customer_no FROM customers UNION SELECT key FROM batch_lines WHERE op = 'insert' AND table_name = 'customers'
),
ending AS (SELECT key FROM batch_lines WHERE table_name = 'services' AND column_name = 'end_on' AND after IS NOT NULL),
moved AS (SELECT key, after_key FROM batch_lines WHERE table_name = 'services' AND column_name = 'customer_no'),
afterwards AS (
    SELECT s.service_no, s.customer_no AS before_no, CASE WHEN m.key IS NULL THEN s.customer_no ELSE m.after_key END AS after_no
    FROM services AS s LEFT JOIN moved AS m ON m.key = s.service_no
    WHERE s.end_on IS NULL AND s.service_no NOT IN (SELECT key FROM ending)
)
SELECT 'services' AS table_name, service_no AS key FROM afterwards
WHERE (after_no IS NULL OR after_no NOT IN (SELECT customer_no FROM known) OR after_no IN (SELECT customer_no FROM going))
    AND (before_no IN (SELECT customer_no FROM going) OR before_no IS DISTINCT FROM after_no)
