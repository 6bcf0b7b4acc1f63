-- Organisations: the name without its legal form, its numbers decisive (sibling housing companies differ by them alone). A
-- name is as common as its other bearers make it.
CREATE OR REPLACE TEMP TABLE link_member_organisations AS
WITH counted AS (SELECT m_org AS org, count(*) AS n FROM customers WHERE m_org IS NOT NULL GROUP BY m_org),
pair AS (
    SELECT
        p.line, p.customer_no, l.org AS line_org, c.m_org AS org,
        regexp_extract_all(l.org, '\b(\d+|i{1,3}|iv|v|vi{1,3}|[a-h])\b') = regexp_extract_all(c.m_org, '\b(\d+|i{1,3}|iv|v|vi{1,3}|[a-h])\b') AS same_numerals,
        counted.n
    FROM link_member_candidates p
    JOIN link_member_lines l USING (line)
    JOIN customers c USING (customer_no)
    JOIN counted ON counted.org = c.m_org
    WHERE l.org IS NOT NULL
),
levelled AS (
    SELECT
        *,
        CASE
            WHEN line_org = org THEN 'exact'
            WHEN NOT same_numerals THEN 'differs'
            WHEN list_sort(string_split(line_org, ' ')) = list_sort(string_split(org, ' ')) THEN 'exact'
            WHEN jaro_winkler_similarity(line_org, org) >= 0.92
                AND damerau_levenshtein(line_org, org) <= greatest(1, length(org) // 8) THEN 'near'
            WHEN len(list_intersect(string_split(line_org, ' '), string_split(org, ' '))) >= 2
                AND (list_has_all(string_split(line_org, ' '), string_split(org, ' '))
                    OR list_has_all(string_split(org, ' '), string_split(line_org, ' '))) THEN 'near'
            ELSE 'differs'
        END AS level
    FROM pair
)
SELECT line, customer_no, level, log2(CASE level WHEN 'exact' THEN $org_exact ELSE $org_near END * $customers / greatest(n - 1, 0.1)) AS bits
FROM levelled
WHERE level <> 'differs';
