-- Patterns of the candidate pairs: the levels, the cell of an equal full name, and the rarity of what else agrees in steps of one bit.
SELECT COLUMNS('gamma_.*'), cell, round(rarity) AS bits, count(*) AS pairs, avg(rarity) AS rarity
FROM link_compared
WHERE match_key NOT IN ('random', 'decided')
GROUP BY ALL
ORDER BY ALL
