-- uses = ["current_roles", "active_services", "shared_bins", "members"]

-- Where waste is collected from on the day, and by what. A tank that is emptied when ordered takes no waste.
CREATE OR REPLACE TEMP TABLE served_sites AS
SELECT site_no, CASE WHEN is_area_point THEN 'area_point' ELSE 'bin' END AS how
FROM active_services
WHERE site_no IS NOT NULL AND NOT coalesce(list_contains(CAST($on_call_waste_types AS TEXT[]), waste_type), FALSE)
UNION
SELECT host_site_no, 'bin' FROM group_hosts WHERE host_site_no IS NOT NULL
UNION
SELECT site_no, 'shared_bin' FROM active_members WHERE site_no IS NOT NULL;

-- The same by address: of the sites, of lines of lists whose site is not known, and of customers whose contract names no site.
CREATE OR REPLACE TEMP TABLE served_addresses AS
SELECT DISTINCT t.m_street, t.m_house, t.m_house_letter, t.m_postal, s.how
FROM sites AS t INNER JOIN served_sites AS s USING (site_no)
WHERE t.m_street IS NOT NULL
UNION
SELECT m.m_street, m.m_house, m.m_house_letter, m.postal_code, 'shared_bin'
FROM active_members AS m
WHERE m.site_no IS NULL AND m.m_street IS NOT NULL AND NOT m.proxy_address
UNION
SELECT c.m_street, c.m_house, c.m_house_letter, c.m_postal, 'bin'
FROM active_services AS s INNER JOIN customers AS c USING (customer_no)
WHERE s.site_no IS NULL AND c.m_street IS NOT NULL
    AND NOT coalesce(list_contains(CAST($on_call_waste_types AS TEXT[]), s.waste_type), FALSE);

-- What has a place by itself: each site, and each building, with the sites that it is by its number, else by its address.
CREATE OR REPLACE TEMP TABLE joining_places AS
WITH found AS (
    SELECT b.building_id, t.site_no, 1 AS rank
    FROM buildings AS b INNER JOIN sites AS t USING (building_id)
    UNION ALL
    SELECT b.building_id, t.site_no, 2
    FROM buildings AS b
    INNER JOIN sites AS t
        ON t.m_street = b.m_street AND t.m_house = b.m_house AND t.m_house_letter IS NOT DISTINCT FROM b.m_house_letter
        AND coalesce(t.m_postal = b.m_postal, TRUE)
)
SELECT
    row_subject, building_id, site_no, property_id, use, state, dwellings, m_street, m_house, m_house_letter, m_postal,
    o.latitude, o.longitude, exempt_until, taken_into_use_on,
    coalesce(given_municipality, p.municipality_code) AS municipality_code, postal_code
FROM (
    SELECT
        subject('buildings', b.building_id) AS row_subject, b.building_id, f.site_no, b.property_id, b.use, b.building_state AS state,
        b.dwellings, b.m_street, b.m_house, b.m_house_letter, b.m_postal, b.latitude, b.longitude, b.exempt_until,
        b.taken_into_use_on, NULL AS given_municipality, b.postal_code
    FROM buildings AS b
    LEFT JOIN (
        SELECT building_id, min(site_no) AS site_no FROM (SELECT * FROM found QUALIFY rank = min(rank) OVER (PARTITION BY building_id))
        GROUP BY building_id
    ) AS f USING (building_id)
    UNION ALL
    SELECT
        subject('sites', t.site_no), t.building_id, t.site_no, t.property_id, t.use, t.building_state, t.dwellings,
        t.m_street, t.m_house, t.m_house_letter, t.m_postal, t.latitude, t.longitude, NULL, NULL, t.municipality_code, t.postal_code
    FROM sites AS t
) AS o
LEFT JOIN reference_postcodes AS p USING (postal_code);

-- Who is at home at a site on the day, and whose bin stands where.
CREATE OR REPLACE TEMP TABLE neighbours_bins AS
SELECT DISTINCT cs.site_no, s.site_no AS other_site_no
FROM customer_sites AS cs
INNER JOIN active_services AS s ON s.customer_no = cs.customer_no AND s.site_no <> cs.site_no
WHERE NOT s.is_area_point AND NOT coalesce(list_contains(CAST($on_call_waste_types AS TEXT[]), s.waste_type), FALSE);
