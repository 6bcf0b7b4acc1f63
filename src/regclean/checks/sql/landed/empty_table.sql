-- Tables with a configured source and no row. What was seen may truthfully be nothing.
SELECT table_name, table_name AS key
FROM landed_counts()
WHERE n = 0
  AND table_name NOT IN ('evidence', 'emptyings', 'invoices')
  AND (
      list_contains(CAST($configured_tables AS TEXT[]), table_name)
      OR table_name IN (SELECT table_name FROM landed.files)
      OR table_name = 'customers'
  )
