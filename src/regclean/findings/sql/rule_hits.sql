SELECT kind, rule, severity, subjects, evidence, proposal, score, ends_in
FROM rule_hits
ORDER BY kind, rule, subjects, evidence
