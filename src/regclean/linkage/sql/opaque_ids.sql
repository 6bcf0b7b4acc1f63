CREATE OR REPLACE TEMP TABLE link_opaque_ids AS
SELECT customer_no, any_value(nullif(regexp_replace(lower(national_id), '[^a-z0-9]', '', 'g'), '')) AS national_id
FROM landed.customers
GROUP BY customer_no;
