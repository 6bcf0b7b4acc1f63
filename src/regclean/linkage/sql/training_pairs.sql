-- Beside the candidates: decided pairs that no key met, and random pairs, which stand for strangers. The same register
-- draws the same pairs.
INSERT INTO link_blocked
WITH drawn AS (
    SELECT 1 + hash(i, 1) % $size AS a, 1 + hash(i, 2) % $size AS b FROM range($random_pairs) t(i)
)
SELECT 'decided', entity_l, entity_r
FROM link_decided_entities d
WHERE NOT EXISTS (SELECT 1 FROM link_blocked b WHERE b.join_key_l = d.entity_l AND b.join_key_r = d.entity_r)
UNION ALL
SELECT DISTINCT 'random', least(a, b)::BIGINT, greatest(a, b)::BIGINT FROM drawn WHERE a <> b;
