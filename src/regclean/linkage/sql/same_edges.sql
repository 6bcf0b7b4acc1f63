-- The edges that may make clusters: "same" by the model, or by a steward.
CREATE OR REPLACE TEMP TABLE link_same AS
WITH edge AS (
    SELECT customer_no_l, customer_no_r, probability AS match_probability, match_weight, false AS decided
    FROM link_relations WHERE relation = 'same' AND verdict IS NULL
    UNION ALL
    SELECT customer_no_l, customer_no_r, 1.0, 200.0, true FROM link_decided d WHERE verdict = 'same'
        AND EXISTS (SELECT 1 FROM customers WHERE customer_no = d.customer_no_l)
        AND EXISTS (SELECT 1 FROM customers WHERE customer_no = d.customer_no_r)
)
SELECT customer_no_l, customer_no_r, max(match_probability) AS match_probability, max(match_weight) AS match_weight, bool_or(decided) AS decided
FROM edge
GROUP BY ALL;
