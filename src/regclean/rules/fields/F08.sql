-- id = "F08"
-- title.fi = "Rakennustunnus on kiinteistötunnuksen paikalla"
-- title.sv = "Byggnadsbeteckningen står i stället för fastighetsbeteckningen"
-- title.en = "A building id stands in the property id's column"
-- summary.fi = "Kohteen {site_no} kiinteistötunnuksen paikalla on rakennustunnus {value}."
-- summary.sv = "I stället för fastighetsbeteckningen för objektet {site_no} står byggnadsbeteckningen {value}."
-- summary.en = "Site {site_no} has the building id {value} in the place of its property id."
-- severity = "review"
-- why = "A building id in the wrong column hides the building and leaves the property without its id: it is moved to where it belongs."
-- subjects = "sites"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject('sites', s.site_no, 'property_id')] AS subjects,
    {'site_no': s.site_no, 'column': 'property_id', 'value': l.property_id, 'building_id': s.building_id} AS evidence,
    CASE
        WHEN nullif(trim(l.building_id), '') IS NULL AND l.property_id IS NOT NULL THEN [
            change('sites', s.site_no, 'property_id', l.property_id, NULL),
            change('sites', s.site_no, 'building_id', l.building_id, coalesce(s.building_id, l.property_id))
        ]
        WHEN l.property_id IS NOT NULL THEN [change('sites', s.site_no, 'property_id', l.property_id, NULL)]
    END AS proposal
FROM sites AS s
LEFT JOIN (
    SELECT site_no, any_value(property_id ORDER BY _row) AS property_id, any_value(building_id ORDER BY _row) AS building_id
    FROM landed.sites GROUP BY site_no
) AS l USING (site_no)
WHERE s.property_id_state = 'building_id'
