-- uses = ["macros", "shared_bins", "members", "member_places"]

-- How far each member is from the bin, in metres, and how far it may be. Where a site has no coordinates, postcode centroids
-- stand in for them, and for a line without a site what places it.
CREATE OR REPLACE TEMP TABLE member_distances AS
WITH bins AS (
    SELECT
        g.bin_group_no, g.waste_type, h.host_site_no, h.is_area_point,
        t.latitude IS NOT NULL AND t.longitude IS NOT NULL AS is_exact,
        CASE WHEN is_exact THEN t.latitude ELSE p.latitude END AS latitude,
        CASE WHEN is_exact THEN t.longitude ELSE p.longitude END AS longitude,
        coalesce(list_bool_or([starts_with(coalesce(t.postal_code, g.postal_code), prefix)
            FOR prefix IN CAST($urban_postal_codes AS TEXT[])]), FALSE) AS is_urban
    FROM standing_groups AS g
    INNER JOIN group_hosts AS h USING (bin_group_no)
    LEFT JOIN sites AS t ON t.site_no = h.host_site_no
    LEFT JOIN reference_postcodes AS p ON p.postal_code = coalesce(t.postal_code, g.postal_code)
),
measured AS (
    SELECT
        m.line, m.bin_group_no, m.member_no, m.site_no, b.waste_type, b.is_area_point, m.street_address, t.street_address AS site_street_address,
        CASE WHEN b.is_urban THEN 'urban' ELSE 'rural' END AS zone,
        CASE WHEN m.use IN ('leisure', 'business') THEN m.use ELSE 'permanent' END AS use,
        CASE
            WHEN p.placed_by IN ('street', 'town') THEN p.placed_by
            WHEN p.placed_by = 'site' AND b.is_exact THEN 'coordinates'
            ELSE 'centroids'
        END AS basis,
        min(metres_between(p.latitude, p.longitude, b.latitude, b.longitude)) AS metres
    FROM active_members AS m
    INNER JOIN bins AS b USING (bin_group_no)
    INNER JOIN member_points AS p USING (line)
    LEFT JOIN sites AS t ON t.site_no = m.site_no
    WHERE NOT m.is_host
    GROUP BY ALL
)
SELECT
    line, bin_group_no, member_no, site_no, zone, use, waste_type, is_area_point, basis, street_address, site_street_address,
    CAST(round(metres, -1) AS INTEGER) AS metres,
    least(
        CAST(json_extract_string(CAST($max_distance_m AS JSON), '$.' || zone || '.' || use) AS DOUBLE),
        CAST(json_extract_string(CAST($max_distance_m_by_waste_type AS JSON), '$."' || waste_type || '"') AS DOUBLE)
    ) AS limit_metres
FROM measured
WHERE metres IS NOT NULL;
