-- The table is sorted by finding_id: the bounds let the scan pass over what lies outside.
SELECT finding_id, sha256(evidence) AS digest, fingerprint, evidence AS payload
FROM findings
WHERE finding_id BETWEEN list_min($finding_ids) AND list_max($finding_ids)
    AND finding_id IN (SELECT unnest($finding_ids))
ORDER BY finding_id
