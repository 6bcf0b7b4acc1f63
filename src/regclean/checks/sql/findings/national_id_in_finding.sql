-- National ids anywhere in what would be published: every text of that shape that cannot be a telephone number,
-- or that some customer's id looks like when it is masked.
WITH found AS (
    SELECT
        finding_id,
        unnest(national_ids_in(concat_ws(' ', subjects, summary, evidence, proposal, label))) AS id
    FROM findings
    WHERE $country = 'fi'
)
SELECT DISTINCT 'findings' AS table_name, finding_id AS key FROM found
WHERE NOT looks_like_phone(id) OR left(id, 7) || '***' || right(id, 1) IN (SELECT national_id_masked FROM customers)
