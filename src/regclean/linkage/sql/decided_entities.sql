-- What stewards decided, as pairs of rows: where a customer names several persons, nobody said which of them was meant.
CREATE OR REPLACE TEMP TABLE link_decided_entities AS
SELECT least(l.entity, r.entity) AS entity_l, greatest(l.entity, r.entity) AS entity_r, d.verdict
FROM link_decided d
JOIN query_table($entities) l ON l.customer_no = d.customer_no_l
JOIN query_table($entities) r ON r.customer_no = d.customer_no_r
WHERE d.verdict IN ('same', 'different', 'household', 'successor')
QUALIFY count(*) OVER (PARTITION BY d.customer_no_l, d.customer_no_r) = 1;
