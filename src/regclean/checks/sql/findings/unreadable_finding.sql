-- Subjects must be a list, evidence an object, a proposal a list; all as JSON.
SELECT 'findings' AS table_name, finding_id AS key FROM findings
WHERE NOT json_valid(subjects) OR NOT json_valid(evidence) OR NOT json_valid(coalesce(proposal, '[]'))
   OR json_type(CASE WHEN json_valid(subjects) THEN subjects ELSE '0' END) <> 'ARRAY'
   OR json_type(CASE WHEN json_valid(evidence) THEN evidence ELSE '0' END) <> 'OBJECT'
   OR json_type(CASE WHEN json_valid(coalesce(proposal, '[]')) THEN coalesce(proposal, '[]') ELSE '0' END) <> 'ARRAY'
