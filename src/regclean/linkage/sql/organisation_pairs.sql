-- Organisations: what two rows are, beside the model's probability. One business id is one legal person; another legal form, or another
-- number in the name, is another one; so is a bankruptcy estate beside its company, also under one id.
INSERT INTO link_customer_pairs
WITH pair AS (
    SELECT s.*, l.customer_no AS no_l, r.customer_no AS no_r,
        coalesce(l.business_id = r.business_id, false) AS id_equal,
        coalesce(l.business_id <> r.business_id, false) AND NOT $generic AS id_conflict,
        coalesce(l.form_family <> r.form_family, false) AND NOT $generic AS form_conflict,
        coalesce(l.form_family, '') <> coalesce(r.form_family, '') AND 'konkurssipesa' IN (l.form_family, r.form_family) AS bankruptcy,
        starts_with(l.org, r.org) OR starts_with(r.org, l.org) AS named_alike,
        l.numerals <> r.numerals AND (l.numerals <> '' AND r.numerals <> '' OR 'housing_company' IN (l.kind, r.kind)) AS number_conflict
    FROM link_organisation_scored s
    JOIN link_organisations l ON l.entity = s.entity_l
    JOIN link_organisations r ON r.entity = s.entity_r
)
SELECT 'organisation', least(no_l, no_r), greatest(no_l, no_r), entity_l, entity_r, match_weight, p_household, id_conflict, p_same,
    CASE WHEN bankruptcy AND (named_alike OR id_equal) THEN 'bankruptcy' WHEN bankruptcy THEN 'other_entity' WHEN id_equal OR NOT (form_conflict OR number_conflict OR id_conflict) THEN 'alike' ELSE 'other_entity' END,
    id_equal AND number_conflict AND name_conflict
FROM pair;
