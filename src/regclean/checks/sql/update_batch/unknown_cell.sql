-- Lines with an operation, a table or a column that the register does not have, or a column where none belongs.
SELECT table_name, key FROM batch_lines AS b
WHERE op NOT IN ('update', 'insert', 'delete', 'merge')
    OR (op = 'merge' AND (table_name <> 'customers' OR column_name IS NOT NULL OR after IS NULL))
    OR (op = 'delete' AND column_name IS NOT NULL)
    OR (op IN ('update', 'insert') AND NOT EXISTS (
        FROM information_schema.columns AS c
        WHERE c.table_schema = 'landed' AND c.table_name = b.table_name AND c.column_name = b.column_name
            AND c.column_name NOT LIKE '\_%' ESCAPE '\'
    ))
