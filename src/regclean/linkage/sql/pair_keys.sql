-- The blocking rules that either of two customers has a key of: rule, whether they share one, by how many entities the
-- narrowest shared one is had, and by how many it may be.
WITH of_pair AS (
    SELECT DISTINCT k.rule, k.key, k.widest, e.customer_no
    FROM link_keys k
    JOIN query_table($entities) e USING (entity)
    WHERE e.customer_no IN ($l, $r)
),
shared AS (SELECT rule, key, widest FROM of_pair GROUP BY ALL HAVING count(DISTINCT customer_no) = 2),
sized AS (
    SELECT s.rule, s.widest, count(DISTINCT k.entity) AS size
    FROM shared s
    JOIN link_keys k USING (key)
    GROUP BY s.rule, s.key, s.widest
)
SELECT p.rule, count(s.size) > 0 AS shared, coalesce(min(s.size), 0) AS size, coalesce(max(s.widest), 0) AS widest
FROM (SELECT DISTINCT rule FROM of_pair) p
LEFT JOIN sized s USING (rule)
GROUP BY p.rule
ORDER BY shared DESC, p.rule
