-- Tables that lost more of their rows since last night than the limit allows: half an export looks like this.
WITH previous AS (SELECT unnest(CAST($previous_tables AS TEXT[])) AS table_name, unnest(CAST($previous_rows AS BIGINT[])) AS n)
SELECT table_name, table_name AS key
FROM previous JOIN landed_counts() AS now USING (table_name)
WHERE table_name NOT IN ('evidence', 'emptyings', 'invoices') AND now.n < previous.n * (1 - $max_fall_percent / 100.0)
