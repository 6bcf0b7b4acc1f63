-- National ids anywhere in what would be published: every id that the register holds, and every text of that shape
-- that cannot be a telephone number.
WITH found AS (
    SELECT
        finding_id,
        unnest(national_ids_in(concat_ws(' ', subjects, summary, evidence, proposal, label))) AS id
    FROM findings
    WHERE $country = 'fi'
)
SELECT DISTINCT 'findings' AS table_name, finding_id AS key FROM found
WHERE NOT looks_like_phone(id) OR id IN (SELECT upper(trim(national_id)) FROM landed.customers WHERE national_id IS NOT NULL)
