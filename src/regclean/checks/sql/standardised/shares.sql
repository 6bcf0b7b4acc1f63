-- One row: shares of values that the night can use, among those that were given. NULL where too few were given to say.
WITH
c AS (
    SELECT
        count(*) AS n,
        count(name) AS named,
        count(*) FILTER (email_state IN ('ok', 'repaired')) AS email_ok,
        count(*) FILTER (email_state <> 'missing') AS email_given,
        count(*) FILTER (phone_state IN ('ok', 'business', 'repaired')) AS phone_ok,
        count(*) FILTER (phone_state <> 'missing') AS phone_given,
        count(*) FILTER (postal_code_state IN ('ok', 'repaired', 'po_box', 'company')) AS postal_ok,
        count(*) FILTER (postal_code_state <> 'missing') AS postal_given,
        count(*) FILTER (national_id_state IN ('ok', 'temporary')) AS national_id_ok,
        count(*) FILTER (national_id_state <> 'missing') AS national_id_given,
        count(*) FILTER (business_id_state = 'ok') AS business_id_ok,
        count(*) FILTER (business_id_state <> 'missing') AS business_id_given
    FROM customers
),
s AS (
    SELECT
        count(*) FILTER (property_id_state IN ('ok', 'warn', 'building_id')) AS property_id_ok,
        count(*) FILTER (property_id_state <> 'missing') AS property_id_given
    FROM sites
)
SELECT
    'customers' AS table_name,
    CASE WHEN n >= 100 THEN named / n END AS named,
    CASE WHEN email_given >= 100 THEN email_ok / email_given END AS usable_emails,
    CASE WHEN phone_given >= 100 THEN phone_ok / phone_given END AS usable_phones,
    CASE WHEN postal_given >= 100 THEN postal_ok / postal_given END AS usable_postal_codes,
    CASE WHEN national_id_given >= 100 THEN national_id_ok / national_id_given END AS valid_national_ids,
    CASE WHEN business_id_given >= 100 THEN business_id_ok / business_id_given END AS valid_business_ids,
    CASE WHEN property_id_given >= 100 THEN property_id_ok / property_id_given END AS valid_property_ids
FROM c, s
