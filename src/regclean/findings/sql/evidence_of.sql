SELECT finding_id, sha256(evidence) AS digest, fingerprint, evidence AS payload
FROM findings
WHERE finding_id IN (SELECT unnest($finding_ids))
ORDER BY finding_id
