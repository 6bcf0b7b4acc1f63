-- National ids, as the register has them, of the customers that tonight's findings are about.
WITH shown AS (
    SELECT DISTINCT unnest(CAST(subjects AS TEXT[])) AS subject FROM findings
)
SELECT subject('customers', customer_no) AS subject, trim(national_id) AS national_id
FROM landed.customers
WHERE trim(national_id) <> '' AND subject('customers', customer_no) IN (SELECT subject FROM shown)
QUALIFY row_number() OVER (PARTITION BY customer_no ORDER BY _file, _row) = 1
ORDER BY subject
