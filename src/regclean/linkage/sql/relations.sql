-- What two customers are to each other. A decision of a steward stands above every score.
CREATE OR REPLACE TEMP TABLE link_relations AS
WITH judged AS (
    SELECT p.*, d.verdict, s.customer_no_l IS NOT NULL AS successive,
        CASE
            WHEN p.between IN ('member', 'estate', 'trade_name') OR p.id_conflict THEN 0.0
            ELSE p.p_same
        END AS probability
    FROM link_customer_pairs p
    LEFT JOIN link_decided d USING (customer_no_l, customer_no_r)
    LEFT JOIN link_successors s USING (customer_no_l, customer_no_r)
),
scored AS (
    SELECT 'person' AS model, * FROM link_person_scored
    UNION ALL
    SELECT 'organisation', * FROM link_organisation_scored
),
related AS (
    SELECT judged.*, s.shares_name AS kin, s.birth_conflict, s.name_conflict, s.pattern, s.tf_weight, s.weight_levels,
        s.shares_place AND (s.shares_name OR s.shares_contact) OR s.shares_name AND s.shares_contact AS together
    FROM judged
    JOIN scored s USING (model, entity_l, entity_r)
)
SELECT model, customer_no_l, customer_no_r, match_weight, p_household, probability, id_conflict, birth_conflict, name_conflict,
    verdict, between, pattern, tf_weight, weight_levels, together,
    CASE
        WHEN verdict IN ('same', 'household', 'successor', 'unsure') THEN verdict
        WHEN verdict = 'different' THEN 'related'
        WHEN between = 'alike' AND probability >= $same AND NOT doubtful THEN 'same'
        WHEN between = 'alike' AND probability >= $review THEN 'unsure'
        WHEN between = 'alike' AND doubtful AND probability + p_household >= $review THEN 'unsure'
        WHEN between = 'member' AND p_same >= 0.5 THEN 'household'
        WHEN between IN ('estate', 'trade_name') AND p_same >= 0.5 THEN 'related'
        WHEN between = 'other_entity' THEN CASE WHEN p_household >= 0.5 THEN 'related' END
        WHEN model = 'organisation' THEN CASE WHEN successive THEN 'successor' END
        WHEN successive AND NOT kin THEN 'successor'
        WHEN between = 'trade_name' THEN NULL
        WHEN id_conflict AND p_same >= 0.5 THEN CASE WHEN together THEN 'household' ELSE 'related' END
        WHEN p_household >= 0.5 AND together THEN CASE WHEN between = 'estate' THEN 'related' ELSE 'household' END
    END AS relation
FROM related;
