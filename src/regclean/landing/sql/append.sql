-- The rows of one batch into their table. The hash is over the canonical values alone, each with its length, so that
-- no two different rows are written alike; source and row number do not enter.
INSERT INTO {table} BY NAME
SELECT *, $file AS _file, sha256(concat({hashed})) AS _hash
FROM incoming
