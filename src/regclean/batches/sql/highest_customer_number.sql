-- The highest customer number that is a plain number, and how many digits it has.
SELECT max(CAST(number AS BIGINT)), max_by(length(number), CAST(number AS BIGINT))
FROM (
    SELECT customer_no AS number FROM customers
    WHERE regexp_full_match(customer_no, '[0-9]{1,15}')
)
