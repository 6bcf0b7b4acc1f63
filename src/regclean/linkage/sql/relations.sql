-- What two customers are to each other. A decision of a steward stands above every score.
CREATE OR REPLACE TEMP TABLE link_related AS
WITH judged AS (
    SELECT p.*, d.verdict, s.customer_no_l IS NOT NULL AS successive,
        CASE
            WHEN p.between IN ('member', 'estate', 'trade_name', 'bankruptcy') OR p.id_conflict THEN 0.0
            ELSE p.p_same
        END AS probability
    FROM link_customer_pairs p
    LEFT JOIN link_decided d USING (customer_no_l, customer_no_r)
    LEFT JOIN link_successors s USING (customer_no_l, customer_no_r)
),
scored AS (
    SELECT 'person' AS model, * FROM link_person_scored
    UNION ALL BY NAME
    SELECT 'organisation' AS model, * FROM link_organisation_scored
)
SELECT judged.*, s.shares_name AS kin, s.birth_conflict, s.name_conflict, s.pattern,
    s.shares_place AND (s.shares_name OR s.shares_contact) OR s.shares_name AND s.shares_contact AS together,
    0.0::DOUBLE AS others,
    -- Two homes of one house: who moved within it, or two of one name, and few pairs tell which.
    concat_ws(' ', judged.model, CASE WHEN s.shares_place THEN 'place' WHEN s.handover THEN 'handover' WHEN s.next_door THEN 'next_door' ELSE 'elsewhere' END) AS evidence
FROM judged
JOIN scored s USING (model, entity_l, entity_r);
