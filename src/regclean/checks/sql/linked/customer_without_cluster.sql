-- Every customer is in a cluster, a single one as a cluster of its own.
SELECT 'customers' AS table_name, customer_no AS key FROM customers ANTI JOIN clusters USING (customer_no)
