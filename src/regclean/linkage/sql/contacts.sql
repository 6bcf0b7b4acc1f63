-- Phone numbers and e-mail addresses that are evidence of who a customer is. A value that stands on many customers, or
-- under many surnames, belongs to a manager, a contact person or a switchboard: it is dropped, and counted in the report.
CREATE OR REPLACE TEMP TABLE link_contacts AS
WITH contact AS (
    SELECT customer_no, channel, value, bool_or(first_number) AS first_number FROM (
        SELECT customer_no, 'phone' AS channel, phone AS value, true AS first_number FROM customers
        UNION ALL
        SELECT customer_no, 'phone', phone_2, false FROM customers
        UNION ALL
        SELECT customer_no, 'email', email, false FROM customers
        UNION ALL
        SELECT customer_no, 'iban', iban, false FROM customers
    )
    WHERE value IS NOT NULL
    GROUP BY ALL
),
holder AS (
    SELECT channel, value,
        count(*) AS customers,
        count(DISTINCT coalesce(c.m_last, c.m_org, c.customer_no)) AS names,
        -- Without rules of a country one site may stand under a dozen spellings: its own number is in few houses.
        $generic AND bool_and(c.m_org IS NOT NULL) AND count(DISTINCT c.m_house) <= $shared_names AS of_one_site
    FROM contact
    JOIN customers c USING (customer_no)
    GROUP BY channel, value
)
SELECT contact.customer_no, contact.channel, contact.value, contact.first_number,
    (holder.customers > $shared_customers OR holder.names > $shared_names) AND NOT holder.of_one_site AS shared
FROM contact
JOIN holder USING (channel, value);
