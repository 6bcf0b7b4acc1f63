-- Rules that found far more than last night: more often a changed export than a changed world.
WITH previous AS (SELECT unnest(CAST($previous_rules AS TEXT[])) AS rule, unnest(CAST($previous_findings AS BIGINT[])) AS n),
now AS (SELECT rule, count(*) AS n FROM findings WHERE ends_in <> 'figure' GROUP BY rule)
SELECT 'findings' AS table_name, rule AS key
FROM now LEFT JOIN previous USING (rule)
WHERE len(CAST($previous_rules AS TEXT[])) > 0 AND now.n > coalesce(previous.n, 0) * $max_growth + 50
