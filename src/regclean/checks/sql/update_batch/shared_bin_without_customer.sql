-- Shared bins whose host or contact person would be nobody, or somebody who is merged away or ended by the batch.
WITH going AS (SELECT key AS customer_no FROM batch_lines WHERE op = 'merge' OR ends),
known AS (
    SELECT customer_no FROM customers UNION SELECT key FROM batch_lines WHERE op = 'insert' AND table_name = 'customers'
),
ending AS (SELECT key FROM batch_lines WHERE table_name = 'bin_groups' AND column_name = 'end_on' AND after IS NOT NULL),
parts AS (
    SELECT bin_group_no, 'host_customer_no' AS part, host_customer_no AS before_no FROM bin_groups WHERE end_on IS NULL
    UNION ALL
    SELECT bin_group_no, 'contact_customer_no', contact_customer_no FROM bin_groups WHERE end_on IS NULL
),
afterwards AS (
    SELECT p.bin_group_no, p.before_no, CASE WHEN b.key IS NULL THEN p.before_no ELSE b.after_key END AS after_no
    FROM parts AS p
    LEFT JOIN batch_lines AS b ON b.table_name = 'bin_groups' AND b.key = p.bin_group_no AND b.column_name = p.part
    WHERE p.bin_group_no NOT IN (SELECT key FROM ending)
)
SELECT DISTINCT 'bin_groups' AS table_name, bin_group_no AS key FROM afterwards
WHERE (after_no IS NULL OR after_no NOT IN (SELECT customer_no FROM known) OR after_no IN (SELECT customer_no FROM going))
    AND before_no IS NOT NULL
    AND (before_no IN (SELECT customer_no FROM going) OR before_no IS DISTINCT FROM after_no)
