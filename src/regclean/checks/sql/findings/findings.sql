SELECT kind, rule, kind || '/' || rule AS kind_and_rule, severity, count(*) AS n, min(finding_id) AS key
FROM findings
GROUP BY ALL
ORDER BY key
