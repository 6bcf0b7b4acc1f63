-- From persons to customers: what two rows are to each other, by what their persons are to each other and by their kinds.
CREATE OR REPLACE TEMP TABLE link_customer_pairs AS
WITH told AS (
    SELECT s.*, l.customer_no AS no_l, r.customer_no AS no_r, l.kind AS kind_l, r.kind AS kind_r,
        coalesce(l.national_id <> r.national_id, false) AND NOT $generic AS id_conflict,
        -- One id under two first names in one home: it may have been typed on the wrong row. A person decides.
        coalesce(l.national_id = r.national_id, false) AND s.name_conflict AND s.shares_name AND s.shares_place AND NOT $generic AS doubtful_id,
        -- The elder and the younger one of a name; under generic rules the model weighs it.
        coalesce(l.generation <> r.generation, false) AND NOT coalesce(l.national_id = r.national_id, false) AND NOT $generic AS generations
    FROM link_person_scored s
    JOIN link_persons l ON l.entity = s.entity_l
    JOIN link_persons r ON r.entity = s.entity_r
),
pair AS (
    SELECT * REPLACE (
        CASE WHEN generations THEN 0.0 ELSE p_same END AS p_same,
        CASE WHEN generations THEN coalesce(p_household / nullif(1.0 - p_same, 0.0), 0.0) ELSE p_household END AS p_household
    )
    FROM told
),
-- Two rows of one kind, one person each.
single AS (
    SELECT no_l, no_r, entity_l, entity_r, match_weight, p_household, id_conflict, p_same, doubtful_id AS doubtful,
        CASE WHEN generations THEN 'generation.different' ELSE 'alike' END AS between
    FROM pair
    WHERE kind_l = kind_r AND kind_l IN ('person', 'estate')
),
-- Two household rows are the same when each person of the one is found in the other.
best AS (
    SELECT no_l, no_r, entity_l AS entity, max(p_same) AS p, max(p_household) AS h FROM pair
    WHERE kind_l = 'household' AND kind_r = 'household' GROUP BY ALL
    UNION ALL
    SELECT no_l, no_r, entity_r, max(p_same), max(p_household) FROM pair
    WHERE kind_l = 'household' AND kind_r = 'household' GROUP BY ALL
),
persons AS (SELECT customer_no, count(*) AS n FROM link_persons GROUP BY customer_no),
household AS (
    SELECT best.no_l, best.no_r, max(best.h) AS p_household,
        CASE WHEN count(*) < any_value(pl.n) + any_value(pr.n) THEN 0.0 ELSE min(best.p) END AS p_same
    FROM best
    JOIN persons pl ON pl.customer_no = best.no_l
    JOIN persons pr ON pr.customer_no = best.no_r
    GROUP BY best.no_l, best.no_r
),
-- The pair of persons that stands for the two rows in the explanation: the most alike one.
foremost AS (
    SELECT no_l, no_r, entity_l, entity_r, match_weight, p_same, p_household, kind_l, kind_r
    FROM pair
    WHERE NOT (kind_l = kind_r AND kind_l IN ('person', 'estate'))
    QUALIFY row_number() OVER (PARTITION BY no_l, no_r ORDER BY p_same DESC, p_household DESC, entity_l, entity_r) = 1
),
mixed AS (
    SELECT foremost.no_l, foremost.no_r, foremost.entity_l, foremost.entity_r, foremost.match_weight,
        coalesce(household.p_household, foremost.p_household) AS p_household, false AS id_conflict,
        false AS doubtful,
        coalesce(household.p_same, foremost.p_same) AS p_same,
        CASE
            WHEN household.no_l IS NOT NULL THEN 'alike'
            WHEN kind_l = 'household' AND kind_r = 'person' OR kind_l = 'person' AND kind_r = 'household' THEN 'member'
            WHEN 'estate' IN (kind_l, kind_r) THEN 'estate'
            ELSE 'trade_name'
        END AS between
    FROM foremost
    LEFT JOIN household ON household.no_l = foremost.no_l AND household.no_r = foremost.no_r
    WHERE NOT (kind_l = kind_r AND kind_l NOT IN ('household'))
)
SELECT 'person' AS model, least(no_l, no_r) AS customer_no_l, greatest(no_l, no_r) AS customer_no_r,
    entity_l, entity_r, match_weight, p_household, id_conflict, p_same, between, doubtful
FROM (SELECT * FROM single UNION ALL BY NAME SELECT * FROM mixed);
