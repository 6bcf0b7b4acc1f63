-- Organisations: the model's probability, and what the law of names and numbers says beside it. One business id is one legal
-- person; another legal form or another number in the name is another one; a name that has nothing in common needs the id.
INSERT INTO link_customer_pairs
WITH form AS (
    SELECT * FROM (VALUES
        ('oy', 'oy'), ('ab', 'oy'), ('oyj', 'oy'), ('abp', 'oy'), ('oy ab', 'oy'), ('oy_ab', 'oy'),
        ('ry', 'ry'), ('rf', 'ry'), ('as_oy', 'as_oy'), ('bostads_ab', 'as_oy'), ('ky', 'ky'), ('kb', 'ky'),
        ('osk', 'osk'), ('andelslag', 'osk'), ('saatio', 'saatio'), ('sr', 'saatio'), ('stiftelse', 'saatio')
    ) AS t(form, family)
),
pair AS (
    SELECT s.*, l.customer_no AS no_l, r.customer_no AS no_r,
        l.business_id = r.business_id AS id_equal,
        coalesce(l.business_id <> r.business_id, false) AS id_conflict,
        coalesce(coalesce(fl.family, l.form) <> coalesce(fr.family, r.form), false) AS form_conflict,
        l.numerals <> r.numerals AND (l.numerals <> '' AND r.numerals <> '' OR 'housing_company' IN (l.kind, r.kind)) AS number_conflict
    FROM link_organisation_scored s
    JOIN link_organisations l ON l.entity = s.entity_l
    JOIN link_organisations r ON r.entity = s.entity_r
    LEFT JOIN form fl ON fl.form = l.form
    LEFT JOIN form fr ON fr.form = r.form
)
SELECT 'organisation', least(no_l, no_r), greatest(no_l, no_r), entity_l, entity_r, match_weight, p_household,
    id_conflict AND NOT $generic,
    CASE
        WHEN id_conflict AND NOT $generic THEN 0.0
        WHEN id_equal AND (number_conflict AND name_conflict) THEN least(p_same, 0.9)
        WHEN id_equal AND name_conflict THEN greatest(p_same, 0.98)
        WHEN id_equal THEN greatest(p_same, 0.99)
        WHEN form_conflict OR number_conflict THEN 0.0
        WHEN name_conflict THEN least(p_same, 0.4)
        ELSE p_same
    END,
    CASE WHEN coalesce(id_equal, false) OR NOT (form_conflict OR number_conflict OR id_conflict) THEN 'alike' ELSE 'other_entity' END,
    coalesce(id_equal, false) AND number_conflict AND name_conflict
FROM pair;
