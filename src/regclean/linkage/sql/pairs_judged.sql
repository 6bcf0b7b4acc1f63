CREATE OR REPLACE TEMP TABLE output_pairs AS
SELECT coalesce(r.customer_no_l, d.customer_no_l) AS customer_no_l, coalesce(r.customer_no_r, d.customer_no_r) AS customer_no_r,
    r.relation, d.verdict
FROM (SELECT * FROM link_relations WHERE relation IN ('same', 'unsure')) r
FULL JOIN link_decided_input d USING (customer_no_l, customer_no_r);
