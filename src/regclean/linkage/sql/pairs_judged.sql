-- What these models say of the pairs that stewards decided, and which others they propose.
INSERT INTO link_pairs_judged
SELECT $models, coalesce(r.customer_no_l, d.customer_no_l), coalesce(r.customer_no_r, d.customer_no_r), r.relation, d.verdict
FROM (SELECT * FROM link_relations WHERE relation IN ('same', 'unsure')) r
FULL JOIN link_decided_input d USING (customer_no_l, customer_no_r);
