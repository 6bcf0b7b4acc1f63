-- The combinations of codes that customers have, with the number of rows and one customer for each.
SELECT
    kind, kind_given, kind_inferred, national_id_state, business_id_state, birth_date_source, postal_code_state,
    phone_state, email_state, e_invoice_state, iban_state, status, relationship, contact_source,
    count(*) AS n, min(customer_no) AS key
FROM customers
GROUP BY ALL
ORDER BY key
