-- The register's health in a few numbers, (measure, value). Customers under non-disclosure ($protected: as "customers:…",
-- also those whose flag went away) are in none of them. A share without anything to share out is NULL.
WITH kept AS (
    SELECT * FROM customers
    WHERE NOT non_disclosure AND subject('customers', customer_no) NOT IN (SELECT unnest(CAST($protected AS TEXT[])))
),
living AS (SELECT * FROM kept WHERE status IS DISTINCT FROM 'ended'),
lines AS (
    SELECT member.* FROM bin_group_members AS member
    LEFT JOIN member_links AS link USING (bin_group_no, member_no)
    WHERE coalesce(member.end_on, DATE '9999-12-31') >= CAST($as_of AS DATE)
      AND subject('customers', coalesce(link.customer_no, member.customer_no, ''))
          NOT IN (SELECT unnest(CAST($protected AS TEXT[])))
      AND coalesce(link.customer_no, member.customer_no, '')
          NOT IN (SELECT customer_no FROM customers WHERE non_disclosure)
),
heard AS (
    SELECT * FROM evidence
    WHERE customer_no IN (SELECT customer_no FROM living)
      AND observed_on > CAST($as_of AS DATE) - INTERVAL 365 DAY AND observed_on <= CAST($as_of AS DATE)
),
states AS (
    UNPIVOT (
        SELECT national_id_state AS national_id, business_id_state AS business_id, postal_code_state AS postal_code,
               phone_state AS phone, email_state AS email, e_invoice_state AS e_invoice_address, iban_state AS iban
        FROM living
    ) ON COLUMNS(*) INTO NAME field VALUE state
)
SELECT 'living_customers' AS measure, CAST(count(*) AS DOUBLE) AS value FROM living
UNION ALL
-- Of what is filled in, how much can be used.
SELECT 'valid_' || field,
       count(*) FILTER (WHERE state NOT IN ('invalid', 'missing', 'placeholder'))
       / nullif(CAST(count(*) FILTER (WHERE state <> 'missing') AS DOUBLE), 0)
FROM states GROUP BY field
UNION ALL
SELECT 'filled_' || field, count(*) FILTER (WHERE state <> 'missing') / CAST(count(*) AS DOUBLE)
FROM states GROUP BY field
UNION ALL
SELECT 'reachable', avg(CAST(phone IS NOT NULL OR phone_2 IS NOT NULL OR email IS NOT NULL AS INTEGER)) FROM living
UNION ALL
SELECT 'complaints_per_1000',
       1000.0 * (SELECT count(*) FROM heard WHERE signal = 'complaint') / nullif((SELECT count(*) FROM living), 0)
UNION ALL
SELECT 'returned_mail',
       (SELECT count(DISTINCT customer_no) FROM heard WHERE signal = 'returned_mail')
       / nullif(CAST((SELECT count(*) FROM living) AS DOUBLE), 0)
UNION ALL
SELECT 'members_informed', avg(CAST(informed_on IS NOT NULL AS INTEGER)) FROM lines
UNION ALL
SELECT 'inform_days', median(informed_on - start_on) FROM lines WHERE informed_on >= start_on
ORDER BY measure
