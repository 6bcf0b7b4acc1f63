-- id = "S19"
-- title.fi = "Käytössä olevalla kohteella ei ole jätehuoltoa"
-- title.sv = "Ett objekt i bruk saknar avfallshantering"
-- title.en = "A site in use has no waste collection"
-- summary.fi = "Kohteella {site_no} ({use}[, {postal_code}]) ei ole astiaa, kimppaa eikä aluekeräystä: {reason}[; paikalla asiakkaat {customers}]."
-- summary.sv = "Objektet {site_no} ({use}[, {postal_code}]) saknar kärl, gemensamt kärl och områdesinsamling: {reason}[; på platsen kunderna {customers}]."
-- summary.en = "Site {site_no} ({use}[, {postal_code}]) has neither bin, shared bin nor area collection: {reason}[; on the spot customers {customers}]."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Kysy kiinteistön haltijalta, miten jätehuolto on järjestetty."
-- asks.sv = "Fråga fastighetens innehavare hur avfallshanteringen är ordnad."
-- asks.en = "Ask the property's holder how waste is collected."
-- way = "letter"
-- why = "Where no building register is given, the sites tell: one in use from which nothing is collected was left behind when its contract ended."
-- subjects = "sites"
-- uses = ["macros", "current_roles", "served", "area"]
-- parameters = ["joining.joining_uses", "joining.joining_metres", "shared_bins.area_postal_codes"]
-- [guards]
-- vacant = "An empty building has nobody in it."
-- demolished = "Nothing is collected from a building that is gone."
-- other_use = "A barn, a shed or a sauna needs no bin, and a business may arrange its own."
-- elsewhere = "Outside the company's area another company collects."
-- same_property = "One bin serves all buildings of a property."
-- same_address = "A shared bin or a contract at the address serves it, whether its site is known or not."
-- neighbour = "Who lives here has a bin at a neighbouring site."
-- buildings = "Where a building register is given, it tells which buildings are missing (S18)."
SELECT
    [p.row_subject] AS subjects,
    {
        'building_id': p.building_id, 'site_no': p.site_no, 'property_id': p.property_id, 'use': p.use, 'dwellings': p.dwellings,
        'postal_code': p.postal_code, 'municipality_code': p.municipality_code,
        'reason': CASE WHEN h.customers IS NULL THEN 'nobody' ELSE 'no_bin' END, 'customers': h.customers,
        'basis': {'use': p.use, 'state': p.state, 'customers': coalesce(h.customers, [])}
    } AS evidence
FROM joining_places AS p
LEFT JOIN (
    SELECT site_no, list(DISTINCT customer_no ORDER BY customer_no) AS customers FROM current_roles WHERE role <> 'payer' GROUP BY site_no
) AS h USING (site_no)
WHERE
    starts_with(p.row_subject, subject('sites', ''))
    AND p.site_no NOT IN (SELECT site_no FROM served_sites) IS NOT FALSE
    -- guard: other_use
    AND coalesce(list_contains(CAST($joining_uses AS TEXT[]), p.use), p.dwellings > 0, FALSE)
    -- end guard
    -- guard: vacant
    AND coalesce(p.state <> '05', TRUE)
    -- end guard
    -- guard: demolished
    AND coalesce(p.state NOT IN ('06', '07', '08', '09'), TRUE)
    -- end guard
    -- guard: buildings
    AND NOT EXISTS (SELECT 1 FROM buildings)
    -- end guard
    -- guard: elsewhere
    AND (
        p.municipality_code IS NULL OR p.municipality_code IN (SELECT municipality_code FROM area_municipalities)
        OR coalesce(list_bool_or([starts_with(p.postal_code, prefix) FOR prefix IN CAST($area_postal_codes AS TEXT[])]), FALSE)
        OR NOT EXISTS (SELECT 1 FROM area_municipalities)
    )
    -- end guard
    -- guard: same_property
    AND NOT EXISTS (
        SELECT 1 FROM sites AS t INNER JOIN served_sites USING (site_no) WHERE t.property_id = p.property_id
    )
    -- end guard
    -- guard: same_address
    AND NOT EXISTS (
        SELECT 1 FROM served_addresses AS a
        WHERE
            a.m_street = p.m_street AND a.m_house IS NOT DISTINCT FROM p.m_house
            AND a.m_house_letter IS NOT DISTINCT FROM p.m_house_letter AND coalesce(a.m_postal = p.m_postal, TRUE)
    )
    -- end guard
    -- guard: neighbour
    AND NOT EXISTS (
        SELECT 1 FROM neighbours_bins AS n INNER JOIN sites AS t ON t.site_no = n.other_site_no
        WHERE
            n.site_no = p.site_no
            AND coalesce(
                metres_between(t.latitude, t.longitude, p.latitude, p.longitude) <= $joining_metres,
                t.m_street = p.m_street AND t.m_postal IS NOT DISTINCT FROM p.m_postal, FALSE
            )
    )
    -- end guard
