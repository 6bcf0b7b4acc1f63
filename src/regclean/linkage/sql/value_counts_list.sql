SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM (SELECT unnest(value_column) AS value FROM entities_table) GROUP BY value)
