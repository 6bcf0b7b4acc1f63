-- How each reading of a line's name agrees with each person of each candidate. Levels are tried from the closest down.
CREATE OR REPLACE TEMP TABLE link_member_name_levels AS
WITH pair AS (
    SELECT
        c.line, c.customer_no, n.reading, p.person_no,
        n.first AS line_first, n.given AS line_given, n.last AS line_last, n.parts AS line_parts, n.variants,
        p.first, p.given, p.initials, p.last, p.parts
    FROM link_member_candidates c
    JOIN link_member_names n USING (line)
    JOIN link_member_persons p USING (customer_no)
),
compared AS (
    SELECT
        *,
        -- Any given name of the line with a slip, and which of the customer's it is: a call name may be the second one. The dear
        -- comparison only where the cheap one leaves a chance.
        CASE WHEN list_has_any(line_given, given) THEN []
            ELSE list_filter(
                list_filter(
                    flatten(list_transform(
                        list_distinct(list_prepend(line_first, line_given)),
                        lambda n: list_transform(given, lambda g: {'line': n, 'other': g})
                    )),
                    lambda p: length(p.line) >= CASE WHEN p.line = line_first THEN 4 ELSE 5 END
                        AND jaro_winkler_similarity(p.line, p.other) >= 0.8
                ),
                lambda p: damerau_levenshtein(p.line, p.other) <= 1
            )
        END AS alike
    FROM pair
),
levelled AS (
    SELECT
        *,
        CASE
            WHEN line_first IS NULL OR first IS NULL THEN 'missing'
            WHEN list_has_any(line_given, given) THEN 'exact'
            -- "Sakari Edvard Saarinen Kari": the call name was left behind the surname.
            WHEN list_has_any(line_given, parts) AND list_has_any(line_parts, parts) THEN 'exact'
            WHEN length(line_first) = 1 THEN CASE WHEN list_contains(initials, line_first) THEN 'initial' ELSE 'differs' END
            WHEN length(first) = 1 THEN CASE WHEN list_contains(initials, line_first[1]) THEN 'initial' ELSE 'differs' END
            WHEN list_has_any(variants, given) THEN 'variant'
            WHEN length(line_first) >= 4
                AND list_contains(list_transform(given, lambda g: g[:4] = line_first[:4] AND (starts_with(g, line_first) OR starts_with(line_first, g))), true)
                THEN 'variant'
            WHEN len(alike) > 0 THEN 'typo'
            ELSE 'differs'
        END AS first_level,
        CASE
            WHEN line_last IS NULL OR last IS NULL THEN 'missing'
            WHEN line_last = last OR replace(line_last, ' ', '') = replace(last, ' ', '') THEN 'exact'
            WHEN list_has_any(line_parts, parts) THEN 'part'
            WHEN length(line_last) >= 4 AND jaro_winkler_similarity(line_last, last) >= 0.85
                AND damerau_levenshtein(replace(line_last, ' ', ''), replace(last, ' ', '')) <= CASE WHEN length(line_last) >= 8 THEN 2 ELSE 1 END THEN 'typo'
            ELSE 'differs'
        END AS last_level
    FROM compared
)
SELECT
    line, customer_no, reading, person_no, line_first, line_last, last, first_level, last_level,
    CASE first_level
        WHEN 'exact' THEN coalesce(list_sort(list_intersect(line_given, given))[1], line_first)
        WHEN 'typo' THEN alike[1].line
        ELSE line_first
    END AS first_key,
    -- The candidate's form: of two forms of one name the rarer one tells how much their likeness says.
    CASE first_level WHEN 'typo' THEN alike[1].other WHEN 'variant' THEN coalesce(list_sort(list_intersect(variants, given))[1], first) END AS other_first,
    CASE last_level WHEN 'part' THEN list_sort(list_intersect(line_parts, parts))[1] ELSE line_last END AS last_key,
    CASE last_level WHEN 'typo' THEN last END AS other_last,
    -- Two full given names that both agree, or a second one that contradicts: what tells a father from his son.
    CASE
        WHEN first_level <> 'exact' OR len(line_given) < 2 OR len(given) < 2 THEN 0
        WHEN len(list_intersect(line_given, given)) > 1 THEN 1
        ELSE -1
    END AS second_given
FROM levelled
WHERE NOT (first_level = 'differs' AND last_level = 'differs')
  -- Swapped names must both be there.
  AND (
      reading < 3
      OR (first_level = 'exact' AND last_level IN ('exact', 'part', 'typo'))
      OR (first_level = 'typo' AND last_level = 'exact')
      OR (line_first IS NULL AND last_level = 'exact')
  );
