-- One cell, row or customer that two lines change.
SELECT table_name, key FROM batch_lines WHERE op <> 'delete'
GROUP BY table_name, key, op = 'merge', column_name HAVING count(*) > 1
UNION
SELECT table_name, key FROM batch_lines
GROUP BY table_name, key HAVING bool_or(op = 'delete') AND bool_or(op <> 'delete')
