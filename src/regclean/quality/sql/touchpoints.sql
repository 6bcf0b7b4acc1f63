-- Where records were made, and which of them a finding is about: one line for each touchpoint, file, year and rule ('': any).
-- $words with their touchpoints in $places. Customers under non-disclosure ($protected, as "customers:…") are in none of it.
WITH kept AS (
    SELECT customer_no, touchpoint, contact_source, created_on FROM customers
    WHERE NOT non_disclosure AND subject('customers', customer_no) NOT IN (SELECT unnest(CAST($protected AS TEXT[])))
),
lines AS (
    SELECT bin_group_no, member_no, start_on FROM bin_group_members ANTI JOIN hidden_lines USING (bin_group_no, member_no)
    LEFT JOIN member_links AS l USING (bin_group_no, member_no)
    WHERE coalesce(l.customer_no, '') = '' OR l.customer_no IN (SELECT customer_no FROM kept)
),
files AS (SELECT table_name, key, any_value(_file) AS file FROM origins WHERE taken GROUP BY ALL),
records AS (
    SELECT 1 AS place, 'customers' AS table_name, customer_no AS key, touchpoint AS told, contact_source AS source, created_on AS made_on FROM kept
    UNION ALL
    SELECT 2, 'services', service_no, touchpoint, NULL, start_on FROM services SEMI JOIN kept USING (customer_no)
    UNION ALL
    SELECT 3, 'bin_group_members', row_key(bin_group_no, member_no), NULL, 'list', start_on FROM lines
),
placed AS (
    SELECT
        r.place, r.table_name, r.key, r.told, r.made_on,
        -- A contact person's list may be named after the person.
        CASE WHEN r.table_name = 'bin_group_members' THEN regexp_replace(f.file, '/?[^/]*$', '') ELSE regexp_replace(f.file, '#.*$', '') END AS file,
        r.source
    FROM records AS r LEFT JOIN files AS f USING (table_name, key)
),
words AS (SELECT unnest(CAST($words AS TEXT[])) AS word, unnest(CAST($places AS TEXT[])) AS touchpoint),
texts AS (
    SELECT text, arg_max(w.touchpoint, length(w.word)) AS touchpoint
    FROM (SELECT DISTINCT unnest([told, file, source]) AS text FROM placed) AS t
    INNER JOIN words AS w ON contains(' ' || search_words(t.text) || ' ', ' ' || search_words(w.word) || ' ')
    GROUP BY text
),
born AS (
    SELECT
        p.place, p.table_name, p.key, p.made_on, coalesce(p.file, '') AS file, coalesce(year(p.made_on), 0) AS year,
        coalesce(a.touchpoint, b.touchpoint, c.touchpoint, 'unknown') AS touchpoint
    FROM placed AS p
    LEFT JOIN texts AS a ON a.text = p.told
    LEFT JOIN texts AS b ON b.text = p.file
    LEFT JOIN texts AS c ON c.text = p.source
),
about AS (
    SELECT finding_id, rule, subject_table(s) AS table_name, subject_key(kind, s) AS key
    FROM (
        SELECT finding_id, rule, kind, unnest(from_json(subjects, '["VARCHAR"]')) AS s FROM findings
        WHERE NOT protected AND severity <> 'info' AND ends_in <> 'figure'
    )
),
-- A finding was born with the most special record that it is about; a duplicate with the younger one.
defects AS (
    SELECT DISTINCT finding_id, rule, table_name, key FROM about INNER JOIN born USING (table_name, key)
    QUALIFY row_number() OVER (PARTITION BY finding_id ORDER BY place DESC, made_on DESC NULLS LAST, key DESC) = 1
)
SELECT touchpoint, file, year, '' AS rule, count(*) AS records, count(d.key) AS defective
FROM born LEFT JOIN (SELECT DISTINCT table_name, key FROM defects) AS d USING (table_name, key)
GROUP BY ALL
UNION ALL
SELECT touchpoint, file, year, rule, 0, count(*) FROM defects INNER JOIN born USING (table_name, key) GROUP BY ALL
ORDER BY ALL
