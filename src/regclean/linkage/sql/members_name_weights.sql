-- The names' weights in bits: what agreement at a level is worth, given how common the name is, if the line is about the
-- candidate (`same`), and if it is about somebody of the candidate's household (`kin`). One row for a candidate: its
-- person that fits best, plus the other half of a couple.
CREATE OR REPLACE TEMP TABLE link_member_name_weights AS
WITH rarity AS (
    SELECT
        n.*,
        -- Names of one culture and generation go together: a first name is as common as it is among the surname's bearers, if
        -- that is more than elsewhere.
        CASE WHEN n.first_level = 'exact' AND n.last_level IN ('exact', 'part', 'typo')
            THEN greatest(f.share, (coalesce(whole.n, 1) - 1) / $persons / l.share)
            ELSE least(f.share, other_f.share)
        END AS first_share,
        least(l.share, other_l.share) AS last_share,
        i.share AS initial_share
    FROM link_member_name_levels n
    LEFT JOIN link_member_frequencies f ON f.part = 'first' AND f.name = n.first_key
    LEFT JOIN link_member_frequencies other_f ON other_f.part = 'first' AND other_f.name = n.other_first
    LEFT JOIN link_member_frequencies l ON l.part = 'last' AND l.name = n.last_key
    LEFT JOIN link_member_frequencies other_l ON other_l.part = 'last' AND other_l.name = n.other_last
    LEFT JOIN link_member_frequencies i ON i.part = 'initial' AND i.name = n.line_first[1]
    LEFT JOIN link_member_frequencies whole ON whole.part = 'full' AND whole.name = n.last_key || '|' || n.first_key
),
weighed AS (
    SELECT
        *,
        CASE first_level
            WHEN 'exact' THEN log2($first_exact / least(first_share, 1))
            WHEN 'initial' THEN log2($first_initial / initial_share)
            WHEN 'variant' THEN log2($first_variant / first_share)
            WHEN 'typo' THEN log2($first_typo / first_share)
            WHEN 'differs' THEN log2($first_differs)
            ELSE 0.0
        END + CASE second_given WHEN 1 THEN $second_given_agrees WHEN -1 THEN $second_given_differs ELSE 0.0 END AS first_bits,
        CASE last_level
            WHEN 'exact' THEN log2($last_exact / last_share)
            WHEN 'part' THEN log2($last_part / last_share)
            WHEN 'typo' THEN log2($last_typo / last_share)
            WHEN 'differs' THEN log2($last_differs)
            ELSE 0.0
        END AS last_bits,
        CASE last_level
            WHEN 'exact' THEN log2($kin_last / last_share)
            WHEN 'part' THEN log2($kin_last_part / last_share)
            WHEN 'typo' THEN log2($last_typo / last_share)
            WHEN 'differs' THEN log2(1 - $kin_last)
            ELSE 0.0
        END + CASE first_level WHEN 'exact' THEN log2(1 + $kin_namesake / least(first_share, 1)) ELSE 0.0 END AS kin_bits
    FROM rarity
),
total AS (
    SELECT
        * REPLACE (kin_bits - CASE reading WHEN 3 THEN $swapped_penalty ELSE 0.0 END AS kin_bits),
        first_bits + last_bits - CASE reading WHEN 3 THEN $swapped_penalty ELSE 0.0 END AS bits
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
