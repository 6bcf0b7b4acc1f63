-- One row: how much was joined. A runaway comparison shows here first. Small registers have no meaningful share, and
-- one legal person may truly have hundreds of accounts: only clusters of persons are held to a size.
WITH sizes AS (
    SELECT cluster_id, count(*) AS n, bool_and(kind = 'person') AS persons
    FROM clusters JOIN customers USING (customer_no)
    GROUP BY cluster_id
)
SELECT
    'clusters' AS table_name,
    CASE WHEN sum(n) >= 1000 THEN coalesce(sum(n) FILTER (n > 1), 0) / sum(n) END AS clustered_share,
    coalesce(max(n) FILTER (persons), 0) AS largest_person_cluster,
    (SELECT cluster_id FROM sizes WHERE persons ORDER BY n DESC, cluster_id LIMIT 1) AS key
FROM sizes
