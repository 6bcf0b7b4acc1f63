-- The published pairs, with what an explanation needs: level codes and weights, never a value of the register.
INSERT INTO pairs BY NAME
WITH published AS (
    SELECT r.*, coalesce(pp.reasons, po.reasons) AS level_reasons,
        list_concat(coalesce(pp.waterfall, po.waterfall),
            CASE WHEN abs(r.others) > 5e-4 THEN [{comparison: 'others', level: 'joint', weight: round(r.others, 3)}] END) AS level_steps,
        list_filter([
            CASE WHEN r.id_conflict THEN 'id_conflict' END,
            CASE WHEN r.between <> 'alike' THEN r.between END,
            CASE WHEN r.together AND r.relation <> 'same' THEN 'living_together' END,
            -- Why no policy may decide it.
            CASE WHEN r.relation = 'unsure' AND r.verdict IS NULL THEN CASE
                WHEN r.doubtful THEN 'unsure_one_id'
                WHEN r.others < -1.0 THEN 'unsure_others'
                WHEN r.p_household > 1.0 - r.probability - r.p_household THEN 'unsure_household'
                ELSE 'unsure_chance'
            END END,
            CASE WHEN r.verdict IS NOT NULL THEN 'decided_' || r.verdict END
        ], lambda x: x IS NOT NULL) AS more_reasons
    FROM link_relations r
    LEFT JOIN link_person_patterns pp ON r.model = 'person' AND pp.pattern = r.pattern
    LEFT JOIN link_organisation_patterns po ON r.model = 'organisation' AND po.pattern = r.pattern
    WHERE r.relation IS NOT NULL
)
SELECT
    customer_no_l, customer_no_r, round(probability, 6) AS match_probability, round(match_weight + others, 4) AS match_weight, relation,
    model, evidence, round(p_household, 6) AS household_probability,
    CAST(to_json({reasons: list_concat(level_reasons, more_reasons), waterfall: level_steps}) AS TEXT) AS explanation
FROM published
QUALIFY row_number() OVER (PARTITION BY customer_no_l, customer_no_r ORDER BY probability DESC, model) = 1
ORDER BY customer_no_l, customer_no_r;
