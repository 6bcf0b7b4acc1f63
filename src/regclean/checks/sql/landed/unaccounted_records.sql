-- Files whose records are neither loaded nor quarantined, or counted twice.
SELECT table_name, file AS key FROM landed.files
WHERE records <> loaded + quarantined OR loaded < 0 OR quarantined < 0
