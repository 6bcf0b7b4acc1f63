-- Patterns of the compared pairs with their counts. A decision counts where each row has one entity: it says what these two are.
SELECT COLUMNS('gamma_.*'), s.cell, round(s.rarity) AS bits, CASE WHEN s.match_key = 'random' THEN 'random' ELSE 'candidate' END AS kind,
    d.verdict, count(*) AS pairs, avg(s.rarity) AS rarity
FROM link_compared s
LEFT JOIN link_decided_entities d USING (entity_l, entity_r)
GROUP BY ALL
ORDER BY ALL
