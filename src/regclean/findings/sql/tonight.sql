-- The night's findings for the ledger: figures stay in the night. Without their evidence, which is read only where the ledger does not have it yet.
SELECT
    finding_id, kind, rule, severity, subjects, score, summary, proposal, fingerprint, protected,
    relation, area, label, priority, case_key, ends_in,
    sha256(evidence) AS evidence_digest,
    -- The file of the first record, without folder, sheet, number or date: a filter that holds from night to night.
    left(nullif(regexp_replace(regexp_extract(
        source_file, '([^/#]+?)(\.[A-Za-z]+)?(#.*)?$', 1
    ), '[-_. ]*[0-9][-0-9_.]*$', ''), ''), 80) AS source
FROM findings
WHERE ends_in <> 'figure'
ORDER BY finding_id
