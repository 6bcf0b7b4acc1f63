-- The standardised customers that survivorship compares, by their numbers.
SELECT * FROM customers WHERE customer_no IN $customers ORDER BY customer_no
