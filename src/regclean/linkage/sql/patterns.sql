-- Each pair with its pattern: the levels, the cell of an equal full name, and the rarity of what else agrees in steps of one bit.
CREATE OR REPLACE TEMP TABLE output_patterns AS
SELECT row_number() OVER (ORDER BY gamma_columns, cell, bits) - 1 AS pattern, * FROM (
    SELECT gamma_columns, cell, round(rarity) AS bits, count(*) AS pairs, avg(rarity) AS rarity
    FROM link_compared
    WHERE match_key NOT IN ('random', 'decided')
    GROUP BY ALL
);
