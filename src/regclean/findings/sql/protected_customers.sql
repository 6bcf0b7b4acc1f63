-- Customers under non-disclosure (turvakielto), whether or not anything was found about them.
SELECT subject('customers', customer_no) AS subject FROM customers WHERE non_disclosure ORDER BY subject
