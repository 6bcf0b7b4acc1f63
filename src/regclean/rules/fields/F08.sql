-- id = "F08"
-- title.fi = "Rakennustunnus on kiinteistötunnuksen paikalla"
-- title.sv = "Byggnadsbeteckningen står i stället för fastighetsbeteckningen"
-- title.en = "A building id stands in the property id's column"
-- summary.fi = "Kohteen {site_no} kiinteistötunnuksen paikalla on rakennustunnus {value}."
-- summary.sv = "I stället för fastighetsbeteckningen för objektet {site_no} står byggnadsbeteckningen {value}."
-- summary.en = "Site {site_no} has the building id {value} in the place of its property id."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Hae kohteen kiinteistötunnus."
-- asks.sv = "Ta reda på objektets fastighetsbeteckning."
-- asks.en = "Look up the site's property id."
-- way = "look_up"
-- why = "A building id in the wrong column hides the building and leaves the property without its id: it is moved to where it belongs."
-- subjects = "sites"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject('sites', s.site_no, 'property_id')] AS subjects,
    {'site_no': s.site_no, 'column': 'property_id', 'value': r.property_id, 'building_id': s.building_id} AS evidence,
    CASE
        WHEN nullif(trim(r.building_id), '') IS NULL AND r.property_id IS NOT NULL THEN [
            change('sites', s.site_no, 'property_id', NULL),
            change('sites', s.site_no, 'building_id', coalesce(s.building_id, r.property_id))
        ]
        WHEN r.property_id IS NOT NULL THEN [change('sites', s.site_no, 'property_id', NULL)]
    END AS proposal
FROM sites AS s
LEFT JOIN raw.sites AS r ON r.key = s.site_no
WHERE s.property_id_state = 'building_id'
