-- What was read, one row for each file: the share of its records that could not be loaded.
SELECT
    file AS key,
    table_name,
    sha256,
    records,
    CASE WHEN records > 0 THEN quarantined / records END AS quarantined_share
FROM landed.files
ORDER BY file, table_name
