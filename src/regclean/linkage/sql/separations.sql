-- What may not stand in one cluster, among customers that "same" edges connect: decided apart, two valid ids, two legal
-- entities, or two rows that the model takes for two members of one household or for strangers with other names and birth dates.
CREATE OR REPLACE TEMP TABLE link_separations AS
WITH component AS (SELECT cluster_id AS component, customer_no FROM link_components),
identified AS (
    SELECT component, customer_no, 'n' || national_id_hash AS id FROM component JOIN customers USING (customer_no)
    WHERE national_id_hash IS NOT NULL AND NOT $generic
    UNION ALL
    SELECT component, customer_no, 'b' || business_id FROM component JOIN customers USING (customer_no)
    WHERE business_id IS NOT NULL AND NOT $generic
),
apart AS (
    SELECT customer_no_l AS l, customer_no_r AS r, 'decided' AS why FROM link_decided
    WHERE verdict IN ('different', 'household', 'successor', 'lapsed')
    UNION ALL
    SELECT least(a.customer_no, b.customer_no), greatest(a.customer_no, b.customer_no), 'id'
    FROM identified a
    JOIN identified b ON a.component = b.component AND a.customer_no < b.customer_no AND a.id[1] = b.id[1] AND a.id <> b.id
    UNION ALL
    SELECT customer_no_l, customer_no_r, 'score' FROM link_relations
    WHERE verdict IS DISTINCT FROM 'same' AND between IN ('other_entity', 'bankruptcy', 'generation.different') OR between = 'alike' AND probability < 0.05 AND (p_household >= 0.5 AND name_conflict OR birth_conflict)
)
SELECT a.component, apart.l, apart.r, min(apart.why) AS why
FROM apart
JOIN component a ON a.customer_no = apart.l
JOIN component b ON b.customer_no = apart.r AND b.component = a.component
GROUP BY ALL
ORDER BY ALL;
