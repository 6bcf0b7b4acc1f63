-- Pairs of rows that share a value of the column.
SELECT sum(n * (n - 1) / 2) FROM (
    SELECT count(*) AS n
    FROM (SELECT COLUMNS(lambda c: c = $column) FROM query_table($entities)) AS entity(value)
    WHERE value IS NOT NULL
    GROUP BY value
)
