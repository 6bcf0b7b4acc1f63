-- Buildings and sites in use that nothing is collected from, with where they are and why they are told of.
-- Needs `hidden_customers` and `states` (finding_id, state, first_seen_run).
WITH found AS (
    SELECT f.finding_id, f.rule, f.evidence, s.state, s.first_seen_run, any_value(subject_key(f.kind, about.subject)) AS key
    FROM (SELECT *, from_json(subjects, '["VARCHAR"]') AS named FROM findings WHERE rule IN ('S18', 'S19')) AS f
    CROSS JOIN unnest(f.named) AS about(subject)
    INNER JOIN states AS s USING (finding_id)
    WHERE subject_table(about.subject) = CASE f.rule WHEN 'S18' THEN 'buildings' ELSE 'sites' END
        AND ($restricted OR NOT f.protected)
    GROUP BY ALL
),
places AS (
    SELECT 'S18' AS rule, building_id AS key, building_id, NULL AS site_no, property_id, street_address, postal_code, city, use, dwellings, taken_into_use_on
    FROM buildings
    UNION ALL
    SELECT 'S19', site_no, building_id, site_no, property_id, street_address, postal_code, city, use, dwellings, NULL FROM sites
),
listed AS (
    SELECT
        coalesce(f.evidence ->> '$.rule.municipality_code', n.municipality_code) AS municipality_code, p.postal_code, p.city, p.street_address,
        p.building_id, coalesce(p.site_no, f.evidence ->> '$.rule.site_no') AS site_no, p.property_id, p.use, p.dwellings, p.taken_into_use_on,
        f.evidence ->> '$.rule.reason' AS reason,
        (
            SELECT string_agg(no, ';' ORDER BY no) FROM unnest(from_json(f.evidence -> '$.rule.customers', '["VARCHAR"]')) AS c(no)
            WHERE $restricted OR no NOT IN (SELECT customer_no FROM hidden_customers)
        ) AS customer_nos,
        f.state, f.first_seen_run, f.finding_id
    FROM found AS f
    INNER JOIN places AS p USING (rule, key)
    LEFT JOIN sites AS n ON n.site_no = coalesce(p.site_no, f.evidence ->> '$.rule.site_no')
)
SELECT * FROM listed
WHERE $area IS NULL OR municipality_code = $area OR starts_with(postal_code, $area)
ORDER BY municipality_code, postal_code, street_address, building_id, site_no
