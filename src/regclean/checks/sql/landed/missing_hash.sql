-- Tables with rows that carry no content hash: what did not change could not be told from what did.
SELECT table_name, table_name AS key FROM landed_counts() WHERE hashed < n
