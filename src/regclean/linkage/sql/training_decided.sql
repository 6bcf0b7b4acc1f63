-- What stewards decided, as pairs of rows whose class is known.
INSERT INTO link_training
SELECT 'decided_' || d.verdict, least(l.entity, r.entity), greatest(l.entity, r.entity)
FROM link_decided_input d
JOIN entities_table l ON l.customer_no = d.customer_no_l
JOIN entities_table r ON r.customer_no = d.customer_no_r
WHERE d.verdict IN ('same', 'different', 'household')
QUALIFY count(*) OVER (PARTITION BY d.customer_no_l, d.customer_no_r) = 1
ORDER BY d.customer_no_l, d.customer_no_r;
