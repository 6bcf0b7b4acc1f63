-- The highest customer number that is a plain number, and how many digits it has.
SELECT max(CAST(number AS BIGINT)), max_by(length(number), CAST(number AS BIGINT))
FROM (
    SELECT trim(customer_no) AS number FROM landed.customers
    WHERE regexp_full_match(trim(customer_no), '[0-9]{1,15}')
)
