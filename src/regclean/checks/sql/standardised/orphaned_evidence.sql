-- Customers that other sources speak of and the register does not hold.
SELECT DISTINCT 'evidence' AS table_name, customer_no AS key FROM evidence ANTI JOIN customers USING (customer_no)
