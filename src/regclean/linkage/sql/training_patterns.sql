-- Patterns of the compared pairs with their counts. A decision counts where each row has one entity: it says what these two are.
-- Of two kinds of rows (a person and a household, a person and an estate) nothing is learnt: they are no pair that may be joined, and
-- what one of a kind lacks would say how often persons do.
SELECT COLUMNS('gamma_.*'), s.cell, round(s.rarity) AS bits, CASE WHEN s.match_key = 'random' THEN 'random' ELSE 'candidate' END AS kind,
    d.verdict, count(*) AS pairs, avg(s.rarity) AS rarity
FROM link_compared s
LEFT JOIN link_decided_entities d USING (entity_l, entity_r)
WHERE s.alike OR s.match_key = 'random'
GROUP BY ALL
ORDER BY ALL
