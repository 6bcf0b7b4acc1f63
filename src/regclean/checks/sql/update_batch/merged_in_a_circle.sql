-- A customer that is merged with itself, or with one that is merged away too.
SELECT m.table_name, m.key FROM batch_lines AS m
WHERE m.op = 'merge' AND (m.after = m.key OR m.after IN (SELECT key FROM batch_lines WHERE op = 'merge'))
