SELECT kind, rule, severity, subjects, evidence, proposal, score
FROM rule_hits
ORDER BY kind, rule, subjects, evidence
