SELECT 'clusters' AS table_name, customer_no AS key FROM clusters ANTI JOIN customers USING (customer_no)
