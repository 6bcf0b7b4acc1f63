-- Clusters that are not held together by "same": a member that no pair and no decision calls the same as another
-- member, or fewer such edges than it takes to connect all.
WITH edges AS (
    SELECT customer_no_l, customer_no_r FROM pairs WHERE relation = 'same'
    UNION
    SELECT customer_no_l, customer_no_r FROM decided_edges WHERE verdict IN ('same', 'entity')
),
inside AS (
    SELECT l.cluster_id, e.customer_no_l, e.customer_no_r
    FROM edges AS e
    JOIN clusters AS l ON l.customer_no = e.customer_no_l
    JOIN clusters AS r ON r.customer_no = e.customer_no_r AND r.cluster_id = l.cluster_id
),
touched AS (
    SELECT cluster_id, customer_no_l AS customer_no FROM inside UNION SELECT cluster_id, customer_no_r FROM inside
),
sizes AS (SELECT cluster_id, count(*) AS n FROM clusters GROUP BY ALL HAVING n > 1),
held AS (SELECT cluster_id, count(*) AS edges FROM inside GROUP BY ALL),
reached AS (SELECT cluster_id, count(*) AS members FROM touched GROUP BY ALL)
SELECT 'clusters' AS table_name, cluster_id AS key
FROM sizes LEFT JOIN held USING (cluster_id) LEFT JOIN reached USING (cluster_id)
WHERE coalesce(edges, 0) < n - 1 OR coalesce(members, 0) < n
