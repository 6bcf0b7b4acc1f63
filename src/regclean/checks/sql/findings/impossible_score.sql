SELECT 'findings' AS table_name, finding_id AS key FROM findings
WHERE score IS NOT NULL AND (isnan(score) OR score NOT BETWEEN 0 AND 1)
