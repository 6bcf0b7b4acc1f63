SELECT
    count(*) FILTER (relation = 'same'),
    count(*) FILTER (relation = 'unsure'),
    count(*) FILTER (verdict = 'same'),
    count(*) FILTER (verdict = 'same' AND relation = 'same'),
    count(*) FILTER (verdict IN ('different', 'household', 'successor')),
    count(*) FILTER (verdict IN ('different', 'household', 'successor') AND relation = 'same')
FROM link_pairs_judged
WHERE models = $models;
