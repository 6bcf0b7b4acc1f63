-- Findings without a subject, without a summary or with subjects out of order.
SELECT 'findings' AS table_name, finding_id AS key FROM findings
WHERE json_valid(subjects)
  AND (len(text_list(subjects)) = 0 OR trim(summary) = '' OR text_list(subjects) <> list_sort(text_list(subjects)))
