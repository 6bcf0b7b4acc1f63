INSERT INTO rule_hits BY NAME
SELECT
    $kind AS kind, $rule AS rule, coalesce(severity, $severity) AS severity,
    list_sort(list_distinct(subjects)) AS subjects,
    CAST(to_json(evidence) AS TEXT) AS evidence,
    CASE WHEN proposal IS NOT NULL AND len(proposal) > 0 THEN CAST(to_json(proposal) AS TEXT) END AS proposal,
    score,
    -- What proposes a change ends in it; a rule that has none to propose here asks somebody.
    CASE
        WHEN proposal IS NOT NULL AND len(proposal) > 0 THEN 'change'
        WHEN ends_in IS NOT NULL THEN ends_in
        WHEN $ends_in = 'change' THEN 'task'
        ELSE $ends_in
    END AS ends_in
FROM hits
ORDER BY 4
