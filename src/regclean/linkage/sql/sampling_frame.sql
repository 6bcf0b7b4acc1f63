-- What a blind sample is drawn from: the pairs of customers that were compared, also those that share a weaker key alone or that stand
-- in one cluster through others.
WITH met AS (
    SELECT least(r.customer_no_l, r.customer_no_r) AS customer_no_l, greatest(r.customer_no_l, r.customer_no_r) AS customer_no_r,
        r.evidence, r.probability, w.entity_l IS NOT NULL AS weaker
    FROM link_relations r
    LEFT JOIN link_weaker_pairs w USING (model, entity_l, entity_r)
    QUALIFY row_number() OVER (PARTITION BY r.customer_no_l, r.customer_no_r ORDER BY r.probability DESC, r.model) = 1
),
joined AS (
    SELECT l.customer_no AS customer_no_l, r.customer_no AS customer_no_r
    FROM link_clusters l
    JOIN link_clusters r ON r.cluster_id = l.cluster_id AND l.customer_no < r.customer_no
)
SELECT customer_no_l, customer_no_r, coalesce(met.evidence, 'through others') AS evidence, met.probability,
    coalesce(met.weaker, false) AS weaker, joined.customer_no_l IS NOT NULL AS joined
FROM met
FULL JOIN joined USING (customer_no_l, customer_no_r)
ORDER BY customer_no_l, customer_no_r;
