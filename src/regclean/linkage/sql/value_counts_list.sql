SELECT sum(n * (n - 1)), (SELECT count(*) FROM entities_table WHERE len(value_column) > 0)
FROM (SELECT count(*) AS n FROM (SELECT unnest(value_column) AS value FROM entities_table) GROUP BY value)
