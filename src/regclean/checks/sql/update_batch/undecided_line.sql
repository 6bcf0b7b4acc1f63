-- Lines that nobody has decided.
SELECT table_name, key FROM batch_lines WHERE finding_id IS NULL OR decision_id IS NULL
