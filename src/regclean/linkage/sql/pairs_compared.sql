SELECT
    count(*) FILTER (a.relation = 'same' AND b.relation IS DISTINCT FROM 'same'),
    count(*) FILTER (b.relation = 'same' AND a.relation IS DISTINCT FROM 'same')
FROM link_pairs_after a
FULL JOIN link_pairs_before b USING (customer_no_l, customer_no_r);
