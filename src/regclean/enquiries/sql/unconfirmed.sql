-- Findings that are counted only: lists that nobody confirmed for long.
SELECT finding_id FROM findings WHERE rule = 'K22' AND NOT protected ORDER BY finding_id
