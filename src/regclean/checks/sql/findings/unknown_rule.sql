-- Findings of rules that are not installed; nothing is known when no list of rules was handed over.
SELECT 'findings' AS table_name, finding_id AS key FROM findings
WHERE len(CAST($rules AS TEXT[])) > 0 AND rule <> 'duplicate' AND NOT list_contains(CAST($rules AS TEXT[]), rule)
