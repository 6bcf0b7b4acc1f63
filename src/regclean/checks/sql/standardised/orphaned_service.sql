-- Services of customers that are not in the register.
SELECT 'services' AS table_name, service_no AS key FROM services ANTI JOIN customers USING (customer_no)
