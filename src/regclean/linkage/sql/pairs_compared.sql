SELECT
    count(*) FILTER (a.relation = 'same' AND b.relation IS DISTINCT FROM 'same'),
    count(*) FILTER (b.relation = 'same' AND a.relation IS DISTINCT FROM 'same')
FROM (SELECT * FROM link_pairs_judged WHERE models = 'after') a
FULL JOIN (SELECT * FROM link_pairs_judged WHERE models = 'before') b USING (customer_no_l, customer_no_r);
