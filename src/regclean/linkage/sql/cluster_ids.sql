-- Clusters keep the id of the earlier cluster that they share most customers with; each id goes to one cluster. A new
-- cluster is named by its members; if that name is taken (an earlier cluster of the same members lives on under it), by a next one.
CREATE OR REPLACE TEMP TABLE link_grouped AS
SELECT c.customer_no, coalesce(k.cluster_id, c.customer_no) AS component
FROM customers c
LEFT JOIN link_components k USING (customer_no);

CREATE OR REPLACE TEMP TABLE link_kept_ids AS
WITH overlap AS (
    SELECT g.component, p.cluster_id, count(*) AS shared, min(g.customer_no) AS first_member
    FROM link_grouped g
    JOIN link_previous_input p USING (customer_no)
    GROUP BY ALL
),
-- Largest overlap on both sides; ties go to the smaller member. What is left over gets a new id.
ranked AS (
    SELECT *,
        row_number() OVER (PARTITION BY component ORDER BY shared DESC, first_member, cluster_id) AS by_component,
        row_number() OVER (PARTITION BY cluster_id ORDER BY shared DESC, first_member, component) AS by_id
    FROM overlap
)
SELECT component, cluster_id FROM ranked WHERE by_component = 1 AND by_id = 1;

INSERT INTO clusters
WITH named AS (
    SELECT component, string_agg(customer_no, chr(31) ORDER BY customer_no) AS members FROM link_grouped GROUP BY component
),
fresh AS (
    SELECT component, 'C' || substr(sha256(members), 1, 16) AS first_name, 'C' || substr(sha256(members || chr(31) || '2'), 1, 16) AS next_name
    FROM named
    WHERE component NOT IN (SELECT component FROM link_kept_ids)
),
chosen AS (
    SELECT component, cluster_id FROM link_kept_ids
    UNION ALL
    SELECT component, CASE WHEN first_name IN (SELECT cluster_id FROM link_previous_input) THEN next_name ELSE first_name END FROM fresh
)
SELECT chosen.cluster_id, g.customer_no
FROM link_grouped g
JOIN chosen USING (component)
ORDER BY chosen.cluster_id, g.customer_no;

CREATE OR REPLACE TEMP TABLE link_merged AS
SELECT c.cluster_id, list_sort(list(DISTINCT p.cluster_id)) AS sources
FROM clusters c
JOIN link_previous_input p USING (customer_no)
GROUP BY c.cluster_id
HAVING count(DISTINCT p.cluster_id) > 1;

CREATE OR REPLACE TEMP TABLE link_split AS
SELECT p.cluster_id AS source, list_sort(list(DISTINCT c.cluster_id)) AS parts
FROM clusters c
JOIN link_previous_input p USING (customer_no)
GROUP BY p.cluster_id
HAVING count(DISTINCT c.cluster_id) > 1;
