SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM entities_table WHERE value_column IS NOT NULL GROUP BY value_column)
