-- How probable it is that a stranger bears the value that one row bears. The row itself does not count, and neither does
-- the mass of names not yet seen: with `d` the discount of a Pitman-Yor process (the share of values seen once, by the usual
-- estimate n1 / (n1 + 2 n2)), a value with n bearers has (n - 1 - d) / (N - 1). Two rows that are the only bearers of
-- a name are thus strong evidence, as plain frequencies would not say.
WITH counted AS (
    SELECT value, count(*) AS n
    FROM (SELECT COLUMNS(lambda c: c = $column) FROM query_table($entities)) AS entity(value)
    WHERE value IS NOT NULL
    GROUP BY value
),
total AS (
    SELECT sum(n) AS size,
        least(0.8, greatest(0.2, count(*) FILTER (n = 1) / greatest(1, count(*) FILTER (n = 1) + 2 * count(*) FILTER (n = 2)))) AS d
    FROM counted
)
SELECT value, greatest(n - 1 - d, 1 - d) / greatest(size - 1, 1) AS frequency
FROM counted, total;
