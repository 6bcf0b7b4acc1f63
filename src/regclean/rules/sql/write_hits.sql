INSERT INTO rule_hits BY NAME
SELECT
    $kind AS kind, $rule AS rule, coalesce(severity, $severity) AS severity,
    list_sort(list_distinct(subjects)) AS subjects,
    CAST(to_json(evidence) AS TEXT) AS evidence,
    CASE WHEN proposal IS NOT NULL AND len(proposal) > 0 THEN CAST(to_json(proposal) AS TEXT) END AS proposal,
    score
FROM hits
ORDER BY 4
