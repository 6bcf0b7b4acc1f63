-- Three classes: same, household, stranger. Rarity of an agreeing name speaks against strangers for both others alike.
CREATE OR REPLACE TEMP TABLE output_pairs AS
WITH scored AS (
    -- `$rarity` has one correction for every two bits of rarity, from 8 bits: see training.py.
    SELECT s.* EXCLUDE (rarity), p.* EXCLUDE (gamma_columns),
        s.rarity + p.tf_base
            + CASE WHEN p.full_name THEN $rarity[CAST(greatest(1, least(15, round(s.rarity / 2) - 3)) AS INTEGER)] ELSE 0 END AS tf_weight
    FROM scored_pairs s
    JOIN model_patterns p USING (gamma_columns)
),
weighed AS (
    SELECT s.entity_l, s.entity_r, s.tf_weight, s.pattern, s.weight_same AS weight_levels,
        s.shares_place, s.shares_name, s.shares_contact, s.name_conflict, s.birth_conflict, s.full_name, s.bare_name, s.contact_conflict, s.undated,
        log2($prior_same) + s.weight_same + s.tf_weight AS same,
        log2($prior_household) + s.weight_household + s.tf_weight AS household,
        log2(1 - $prior_same - $prior_household) AS stranger
    FROM scored s
),
scaled AS (
    SELECT *, greatest(same, household, stranger) AS top FROM weighed
),
mass AS (
    SELECT *, pow(2, same - top) AS e_same, pow(2, household - top) AS e_household, pow(2, stranger - top) AS e_stranger
    FROM scaled
)
SELECT * EXCLUDE (same, household, stranger, top, e_same, e_household, e_stranger),
    e_same / (e_same + e_household + e_stranger) AS p_same,
    e_household / (e_same + e_household + e_stranger) AS p_household,
    -- Bayes factor of "same" against the two others together
    greatest(-200.0, least(200.0,
        same - log2($prior_same) - (top + log2(greatest(e_household + e_stranger, 1e-300))) + log2(1 - $prior_same)
    )) AS match_weight
FROM mass;
