-- The standardised customers that survivorship compares, by their numbers.
SELECT * FROM customers WHERE customer_no IN (SELECT unnest(CAST($customers AS TEXT[]))) ORDER BY customer_no
