-- How probable it is that a stranger bears the value that one row bears. The row itself does not count, and neither does
-- the mass of names not yet seen: with `d` the discount of a Pitman-Yor process (the share of values seen once, by the usual
-- estimate n1 / (n1 + 2 n2)), a value with n bearers has (n - 1 - d) / (N - 1). Two rows that are the only bearers of
-- a name are thus strong evidence, as plain frequencies would not say.
CREATE OR REPLACE TEMP TABLE link_tf_value_column AS
WITH counted AS (
    SELECT value_column, count(*) AS n FROM entities_table WHERE value_column IS NOT NULL GROUP BY value_column
),
total AS (
    SELECT sum(n) AS size,
        least(0.8, greatest(0.2, count(*) FILTER (n = 1) / greatest(1, count(*) FILTER (n = 1) + 2 * count(*) FILTER (n = 2)))) AS d
    FROM counted
)
SELECT value_column, greatest(n - 1 - d, 1 - d) / greatest(size - 1, 1) AS tf_value_column
FROM counted, total;
