-- The quarantine in a fixed order: the same input gives the same file.
SELECT table_name, file, line, why, record
FROM landed.quarantine
ORDER BY table_name, file, line, why, record
