-- The night's findings without their evidence, which is read only where the ledger does not have it yet.
SELECT
    finding_id, kind, rule, severity, subjects, score, summary, proposal, fingerprint, protected,
    relation, area, label, priority,
    sha256(evidence) AS evidence_digest,
    CASE WHEN kind = 'duplicate' THEN json_extract_string(evidence, '$.basis') END AS basis
FROM findings
ORDER BY finding_id
