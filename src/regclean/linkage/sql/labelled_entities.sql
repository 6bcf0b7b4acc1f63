-- The compared pairs that somebody has labelled blind, one row each, where each customer names one person or organisation.
SELECT COLUMNS('gamma_.*'), s.cell, round(s.rarity) AS bits, s.rarity, 1 AS pairs, d.customer_no_l, d.customer_no_r, d.same
FROM link_compared s
JOIN query_table($entities) l ON l.entity = s.entity_l
JOIN query_table($entities) r ON r.entity = s.entity_r
JOIN link_labelled d
    ON d.customer_no_l = least(l.customer_no, r.customer_no) AND d.customer_no_r = greatest(l.customer_no, r.customer_no)
WHERE s.match_key <> 'random'
QUALIFY count(*) OVER (PARTITION BY d.customer_no_l, d.customer_no_r) = 1
ORDER BY d.customer_no_l, d.customer_no_r
