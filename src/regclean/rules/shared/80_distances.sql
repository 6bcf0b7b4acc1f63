-- uses = ["macros", "shared_bins", "members"]

-- How far each member is from the bin, in metres, and how far it may be. Postcode centroids stand in for missing coordinates.
CREATE OR REPLACE TEMP TABLE member_distances AS
WITH bins AS (
    SELECT
        g.bin_group_no, g.waste_type, t.latitude, t.longitude, coalesce(t.postal_code, g.postal_code) AS postal_code,
        h.host_site_no, h.is_area_point,
        coalesce(list_bool_or([starts_with(coalesce(t.postal_code, g.postal_code), prefix)
            FOR prefix IN CAST($urban_postal_codes AS TEXT[])]), FALSE) AS is_urban
    FROM standing_groups AS g
    INNER JOIN group_hosts AS h USING (bin_group_no)
    LEFT JOIN sites AS t ON t.site_no = h.host_site_no
),
points AS (
    SELECT
        m.line, m.bin_group_no, m.member_no, m.site_no, b.waste_type, b.is_area_point,
        CASE WHEN b.is_urban THEN 'urban' ELSE 'rural' END AS zone,
        CASE WHEN m.use IN ('leisure', 'business') THEN m.use ELSE 'permanent' END AS use,
        b.latitude AS bin_latitude, b.longitude AS bin_longitude, t.latitude, t.longitude,
        bp.latitude AS bin_area_latitude, bp.longitude AS bin_area_longitude,
        mp.latitude AS area_latitude, mp.longitude AS area_longitude
    FROM active_members AS m
    INNER JOIN bins AS b USING (bin_group_no)
    LEFT JOIN sites AS t ON t.site_no = m.site_no
    LEFT JOIN reference_postcodes AS bp ON bp.postal_code = b.postal_code
    -- A leisure member's listed address is often the home: only the site's own postcode counts for it.
    LEFT JOIN reference_postcodes AS mp
        ON mp.postal_code = coalesce(t.postal_code, CASE WHEN NOT m.proxy_address AND coalesce(m.use, '') <> 'leisure' THEN m.postal_code END)
    WHERE NOT m.is_host
),
measured AS (
    SELECT
        *,
        CASE WHEN latitude IS NOT NULL AND bin_latitude IS NOT NULL THEN 'coordinates' ELSE 'centroids' END AS basis,
        CASE
            WHEN latitude IS NOT NULL AND bin_latitude IS NOT NULL
                THEN metres_between(latitude, longitude, bin_latitude, bin_longitude)
            ELSE metres_between(
                coalesce(latitude, area_latitude), coalesce(longitude, area_longitude),
                coalesce(bin_latitude, bin_area_latitude), coalesce(bin_longitude, bin_area_longitude)
            )
        END AS metres,
        least(
            CAST(json_extract_string(CAST($max_distance_m AS JSON), '$.' || zone || '.' || use) AS DOUBLE),
            CAST(json_extract_string(CAST($max_distance_m_by_waste_type AS JSON), '$."' || waste_type || '"') AS DOUBLE)
        ) AS limit_metres
    FROM points
)
SELECT
    line, bin_group_no, member_no, site_no, zone, use, waste_type, is_area_point, basis,
    CAST(round(metres, -1) AS INTEGER) AS metres, limit_metres
FROM measured
WHERE metres IS NOT NULL;
