-- Jaro-Winkler similarity as DuckDB counts it, for the Spark session. Letters match within half the longer length, each once, in
-- the order of the second text: `found` are its matched letters, and `rest` is the first text with its own marked.
-- Splink's Java library counts half transpositions where DuckDB rounds them down, which parts pairs near a threshold: what may
-- reach one is counted here. The two are never further apart than 1/18 (three matches, in a circle), so what is below 0.74
-- stays as it is: no level asks for so little.
-- A one-element list stands for each intermediate value: functions in Spark's SQL name none, and cannot be nested here.
CREATE OR REPLACE TEMPORARY FUNCTION jaro_winkler_exact(a STRING, b STRING)
RETURNS DOUBLE
RETURN CASE
    WHEN a = b OR jaro_winkler(a, b) < 0.74D THEN jaro_winkler(a, b)
    ELSE element_at(
        transform(
            transform(
                transform(
                    array(aggregate(
                        sequence(1, length(b)),
                        named_struct('rest', a, 'found', ''),
                        (s, i) -> CASE
                            WHEN locate(substr(b, i, 1), s.rest, greatest(1, i - greatest(0, greatest(length(a), length(b)) div 2 - 1)))
                                BETWEEN 1 AND i + greatest(0, greatest(length(a), length(b)) div 2 - 1)
                            THEN named_struct(
                                'rest', overlay(
                                    s.rest PLACING chr(1)
                                    FROM locate(substr(b, i, 1), s.rest, greatest(1, i - greatest(0, greatest(length(a), length(b)) div 2 - 1)))
                                    FOR 1
                                ),
                                'found', concat(s.found, substr(b, i, 1))
                            )
                            ELSE s
                        END
                    )),
                    s -> named_struct(
                        'matches', cast(length(s.found) AS DOUBLE),
                        -- Matched letters that stand in another order.
                        'misplaced', size(filter(
                            zip_with(
                                transform(sequence(1, length(s.found)), i -> substr(s.found, i, 1)),
                                transform(
                                    filter(sequence(1, length(a)), i -> substr(s.rest, i, 1) = chr(1)),
                                    i -> substr(a, i, 1)
                                ),
                                (second, first) -> second <> first
                            ),
                            differs -> differs
                        ))
                    )
                ),
                s -> (s.matches / length(a) + s.matches / length(b) + (s.matches - s.misplaced div 2) / s.matches) / 3D
            ),
            jaro -> jaro + CASE
                WHEN substr(a, 1, 1) <> substr(b, 1, 1) THEN 0D
                WHEN least(length(a), length(b)) < 2 OR substr(a, 2, 1) <> substr(b, 2, 1) THEN 1D
                WHEN least(length(a), length(b)) < 3 OR substr(a, 3, 1) <> substr(b, 3, 1) THEN 2D
                WHEN least(length(a), length(b)) < 4 OR substr(a, 4, 1) <> substr(b, 4, 1) THEN 3D
                ELSE 4D
            END * 0.1D * (1D - jaro)
        ),
        1
    )
END
