-- The names' weights in bits: what agreement at a level is worth, given how common the name is, if the line is about the
-- candidate (`same`), and if it is about somebody of the candidate's household (`kin`). One row for a candidate: its
-- person that fits best, plus the other half of a couple.
CREATE OR REPLACE TEMP TABLE link_member_name_weights AS
WITH weighed AS (
    SELECT
        n.*,
        CASE n.first_level
            WHEN 'exact' THEN log2($first_exact / f.share)
            WHEN 'initial' THEN log2($first_initial / i.share)
            WHEN 'variant' THEN log2($first_variant / f.share)
            WHEN 'typo' THEN log2($first_typo / f.share)
            WHEN 'differs' THEN log2($first_differs)
            ELSE 0.0
        END + CASE n.second_given WHEN 1 THEN $second_given_agrees WHEN -1 THEN $second_given_differs ELSE 0.0 END AS first_bits,
        CASE n.last_level
            WHEN 'exact' THEN log2($last_exact / l.share)
            WHEN 'part' THEN log2($last_part / l.share)
            WHEN 'typo' THEN log2($last_typo / l.share)
            WHEN 'differs' THEN log2($last_differs)
            ELSE 0.0
        END AS last_bits,
        CASE n.last_level
            WHEN 'exact' THEN log2($kin_last / l.share)
            WHEN 'part' THEN log2($kin_last_part / l.share)
            WHEN 'differs' THEN log2(1 - $kin_last)
            ELSE 0.0
        END
        + CASE n.first_level
            WHEN 'exact' THEN log2(1 + $kin_namesake / f.share)
            ELSE 0.0
        END AS kin_bits,
        -- Names of one culture and generation go together: the namesakes that the register really has, when there are more.
        CASE WHEN n.first_level = 'exact' AND n.last_level = 'exact' AND full_name.n > 1
            THEN least(0.0, log2(f.share * l.share / ((full_name.n - 1) / $persons)))
            ELSE 0.0
        END AS namesake_bits
    FROM link_member_name_levels n
    LEFT JOIN link_member_frequencies f ON f.part = 'first' AND f.name = n.first_key
    LEFT JOIN link_member_frequencies l ON l.part = 'last' AND l.name = n.last_key
    LEFT JOIN link_member_frequencies i ON i.part = 'initial' AND i.name = n.line_first[1]
    LEFT JOIN link_member_frequencies full_name ON full_name.part = 'full' AND full_name.name = n.last || '|' || n.first_key
),
total AS (
    SELECT *, first_bits + last_bits + namesake_bits - CASE reading WHEN 3 THEN $swapped_penalty ELSE 0.0 END AS bits
    FROM weighed
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY line, customer_no ORDER BY bits DESC, reading, person_no) AS place FROM total
),
best AS (SELECT * FROM ranked WHERE place = 1),
other_half AS (
    SELECT b.line, b.customer_no, max(o.first_bits) AS bits
    FROM best b
    JOIN total o ON o.line = b.line AND o.customer_no = b.customer_no AND o.reading <> b.reading AND o.person_no <> b.person_no
    WHERE o.reading < 3 AND o.first_level IN ('exact', 'variant', 'typo', 'initial')
    GROUP BY b.line, b.customer_no
)
SELECT
    b.line, b.customer_no, b.reading, b.person_no, b.first_level, b.last_level, b.second_given,
    b.bits + greatest(coalesce(o.bits, 0.0), 0.0) AS bits,
    b.kin_bits
FROM best b
LEFT JOIN other_half o USING (line, customer_no);
