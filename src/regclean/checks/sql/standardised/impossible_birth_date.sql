-- Birth dates that no living or remembered customer can have: typed values are checked, not what was written. Under
-- generic rules a date is taken as it is: test sets are full of people who are still to be born.
SELECT 'customers' AS table_name, customer_no AS key FROM customers
WHERE $country = 'fi' AND (birth_date < DATE '1800-01-01' OR birth_date > CAST($as_of AS DATE))
