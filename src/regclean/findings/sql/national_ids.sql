-- National ids, as the register has them, of the customers that tonight's findings are about.
WITH shown AS (
    SELECT DISTINCT unnest(CAST(subjects AS TEXT[])) AS subject FROM findings
)
SELECT subject('customers', key) AS subject, trim(national_id) AS national_id
FROM raw.customers
WHERE trim(national_id) <> '' AND subject('customers', key) IN (SELECT subject FROM shown)
ORDER BY subject
