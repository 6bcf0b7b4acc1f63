-- Columns of the customers of which far fewer can be used than in the last night.
WITH previous AS (
    SELECT unnest(CAST($previous_fields AS TEXT[])) AS field, unnest(CAST($previous_shares AS DOUBLE[])) AS share
),
states AS (
    UNPIVOT (
        SELECT national_id_state AS national_id, business_id_state AS business_id, postal_code_state AS postal_code,
            phone_state AS phone, email_state AS email, e_invoice_state AS e_invoice_address, iban_state AS iban
        FROM customers WHERE status IS DISTINCT FROM 'ended'
    ) ON COLUMNS(*) INTO NAME field VALUE state
),
now AS (
    SELECT field, count(*) AS n, count(*) FILTER (state NOT IN ('invalid', 'missing', 'placeholder')) / count(*) AS share
    FROM states
    GROUP BY field
)
SELECT 'customers' AS table_name, field AS key
FROM now INNER JOIN previous USING (field)
WHERE n >= 20 AND previous.share - now.share > 0.3
