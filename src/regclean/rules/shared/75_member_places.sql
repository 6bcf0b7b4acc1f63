-- uses = ["members"]

-- Where each line of a list lies, and how that is known: its site; else its own postcode, unless that is another town's;
-- else the other sites of its street, in its town; else its town. A leisure line's address may be the home: only its
-- site places it. A line may have several points, of which the one nearest to the bin counts.
CREATE OR REPLACE TEMP TABLE member_points AS
WITH towns AS (
    SELECT place, p.postal_code, r.municipality_code, r.latitude, r.longitude
    FROM reference_places AS p INNER JOIN reference_postcodes AS r USING (postal_code)
    WHERE r.postcode_type IN ('0', '1')
),
-- Boxes and companies have codes that are nobody's place.
boxes AS (
    SELECT postal_code FROM reference_postcodes WHERE postcode_type NOT IN ('0', '1')
),
lines AS (
    SELECT
        m.line, m.site_no, m.m_street, folded(m.city) AS town,
        EXISTS (SELECT 1 FROM reference_place_names AS n WHERE n.place = folded(m.city)) AS town_is_known,
        CASE
            WHEN m.postal_code IN (SELECT postal_code FROM boxes) THEN NULL
            WHEN
                NOT EXISTS (SELECT 1 FROM reference_place_names AS n WHERE n.place = folded(m.city))
                OR EXISTS (SELECT 1 FROM reference_places AS p WHERE p.postal_code = m.postal_code AND p.place = folded(m.city))
                THEN m.postal_code
        END AS postal_code
    FROM active_members AS m
    WHERE m.site_no IS NOT NULL OR (NOT m.proxy_address AND coalesce(m.use, 'permanent') <> 'leisure')
),
located AS (
    SELECT
        t.site_no, t.m_street, t.postal_code, t.latitude IS NOT NULL AND t.longitude IS NOT NULL AS is_exact,
        coalesce(t.municipality_code, p.municipality_code) AS municipality_code,
        CASE WHEN is_exact THEN t.latitude ELSE p.latitude END AS latitude,
        CASE WHEN is_exact THEN t.longitude ELSE p.longitude END AS longitude
    FROM sites AS t
    LEFT JOIN reference_postcodes AS p USING (postal_code)
),
placed AS (
    SELECT l.line, CASE WHEN t.is_exact THEN 'site' ELSE 'site_postcode' END AS placed_by, t.postal_code, t.municipality_code, t.latitude, t.longitude
    FROM lines AS l INNER JOIN located AS t USING (site_no)
    WHERE coalesce(t.municipality_code, t.postal_code, CAST(t.latitude AS TEXT)) IS NOT NULL
    UNION ALL
    SELECT l.line, 'postcode', l.postal_code, p.municipality_code, p.latitude, p.longitude
    FROM lines AS l LEFT JOIN reference_postcodes AS p USING (postal_code)
    WHERE l.postal_code IS NOT NULL
    UNION ALL
    SELECT l.line, 'street', t.postal_code, t.municipality_code, t.latitude, t.longitude
    FROM lines AS l
    INNER JOIN located AS t USING (m_street)
    WHERE
        l.site_no IS NULL AND l.postal_code IS NULL
        AND (NOT l.town_is_known OR t.municipality_code IN (SELECT w.municipality_code FROM towns AS w WHERE w.place = l.town))
    UNION ALL
    SELECT DISTINCT l.line, 'town', NULL, w.municipality_code, w.latitude, w.longitude
    FROM lines AS l
    INNER JOIN towns AS w ON w.place = l.town
    WHERE l.site_no IS NULL AND l.postal_code IS NULL
)
SELECT * FROM placed
QUALIFY placed_by = first_value(placed_by) OVER (
    PARTITION BY line ORDER BY list_position(['site', 'site_postcode', 'postcode', 'street', 'town'], placed_by)
);
