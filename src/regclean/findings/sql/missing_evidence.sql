-- The evidence that the ledger does not have yet: missing_evidence (finding_id, digest).
SELECT f.finding_id, m.digest, f.evidence AS payload
FROM findings AS f
JOIN missing_evidence AS m USING (finding_id)
