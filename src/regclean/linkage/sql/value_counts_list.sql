-- Pairs of rows that share a value of the column's lists.
SELECT sum(n * (n - 1) / 2) FROM (
    SELECT count(*) AS n
    FROM (SELECT unnest(COLUMNS(lambda c: c = $column)) FROM query_table($entities)) AS entity(value)
    GROUP BY value
)
