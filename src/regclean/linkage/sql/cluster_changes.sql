-- What becomes of the clusters of several customers between two models (`clusters_before`, `clusters_after`: cluster_id, customer_no).
WITH met AS (
    SELECT b.cluster_id AS b, a.cluster_id AS a, customer_no
    FROM clusters_before b JOIN clusters_after a USING (customer_no)
),
of_before AS (SELECT b, count(*) AS n, count(DISTINCT a) AS parts, list(customer_no ORDER BY customer_no) AS members FROM met GROUP BY b),
of_after AS (SELECT a, count(*) AS n, count(DISTINCT b) AS parts, list(customer_no ORDER BY customer_no) AS members FROM met GROUP BY a)
SELECT 'unchanged' AS what, of_before.members
FROM of_before JOIN (SELECT DISTINCT b, a FROM met) USING (b) JOIN of_after USING (a)
WHERE of_before.n > 1 AND of_before.n = of_after.n AND of_before.parts = 1 AND of_after.parts = 1
UNION ALL SELECT 'joined', members FROM of_after WHERE parts > 1
UNION ALL SELECT 'split', members FROM of_before WHERE parts > 1
ORDER BY what, members
