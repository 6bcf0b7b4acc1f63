-- National ids of the rows that tonight's findings are about: those that the register has, or else one that stood elsewhere.
WITH shown AS (
    SELECT DISTINCT unnest(CAST(subjects AS TEXT[])) AS subject FROM findings
    UNION
    SELECT DISTINCT subject(subject_table(about), subject_key('field', about))
    FROM (SELECT unnest(CAST(subjects AS TEXT[])) AS about FROM findings WHERE kind = 'field')
),
held AS (
    SELECT subject('customers', key) AS subject, trim(national_id) AS national_id, 0 AS place FROM raw.customers
    UNION ALL
    SELECT subject(table_name, key), national_id, 1 FROM raw.misplaced_ids
)
SELECT subject, arg_min(national_id, (place, national_id)) AS national_id
FROM held
WHERE national_id <> '' AND subject IN (SELECT subject FROM shown)
GROUP BY subject
ORDER BY subject
