-- The persons that a line may name: the first (reading 1), the second of a couple (2), and the first with its names
-- swapped, or a lone word as a surname (3). Initials are no given names, but are kept.
CREATE OR REPLACE TEMP TABLE link_member_names AS
WITH reading AS (
    SELECT line, 1 AS reading, first, given, last, list_distinct(list_concat([last], parts)) AS parts
    FROM link_member_lines
    WHERE first IS NOT NULL OR last IS NOT NULL
    UNION ALL
    SELECT line, 2, first_2, [first_2], last_2, list_distinct(list_concat([last_2], string_split(last_2, ' ')))
    FROM link_member_lines
    WHERE first_2 IS NOT NULL
    UNION ALL
    SELECT line, 3, last, [last], first, [first]
    FROM link_member_lines
    WHERE length(first) > 1 AND (length(last) > 1 OR last IS NULL) AND len(given) = 1 AND org IS NULL
)
SELECT
    r.line, r.reading, r.first, r.last,
    list_filter(r.given, lambda n: length(n) > 1) AS given,
    list_filter(
        -- "Virtaset" are the Virtanens: a family in the plural, when the standardised name kept it.
        CASE WHEN $finnish AND r.first IS NULL AND r.last LIKE '%set' THEN list_append(r.parts, r.last[:-4] || 'nen') ELSE r.parts END,
        lambda p: length(p) > 1
    ) AS parts,
    coalesce(v.variants, []) AS variants
FROM reading r
LEFT JOIN link_member_variants v ON v.name = r.first;
