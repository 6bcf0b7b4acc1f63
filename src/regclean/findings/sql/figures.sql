-- Findings that nobody acts on: they are open for the length of the night that counted them.
SELECT
    finding_id, kind, rule, severity, subjects, score, summary, proposal, 'open' AS state,
    $run_id AS first_seen_run, $run_id AS last_seen_run, case_key, ends_in
FROM findings
WHERE
    ends_in = 'figure' AND coalesce(kind = $kind, TRUE) AND coalesce(rule = $rule, TRUE)
    AND coalesce(starts_with(area, $area), $area IS NULL)
    AND ($protected OR NOT protected)
ORDER BY kind, rule, finding_id
