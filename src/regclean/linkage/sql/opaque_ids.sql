CREATE OR REPLACE TEMP TABLE link_opaque_ids AS
SELECT key AS customer_no, nullif(regexp_replace(lower(national_id), '[^a-z0-9]', '', 'g'), '') AS national_id
FROM raw.customers;
