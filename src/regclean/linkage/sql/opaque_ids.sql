-- Ids that no rule reads, as they are at rest.
SELECT key AS customer_no, national_id FROM raw.customers WHERE national_id IS NOT NULL
