-- id = "F06"
-- title.fi = "Kiinteistötunnus on virheellinen"
-- title.sv = "Fastighetsbeteckningen är felaktig"
-- title.en = "The property id is invalid"
-- summary.fi = "Kohteen {site_no} kiinteistötunnus[ {value}] on virheellinen."
-- summary.sv = "Fastighetsbeteckningen[ {value}] för objektet {site_no} är felaktig."
-- summary.en = "The property id[ {value}] of site {site_no} is invalid."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Hae oikea kiinteistötunnus."
-- asks.sv = "Ta reda på den rätta fastighetsbeteckningen."
-- asks.en = "Look up the right property id."
-- way = "look_up"
-- why = "A site without a valid property id cannot be matched with the authority's register."
-- subjects = "sites"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject('sites', s.site_no, 'property_id')] AS subjects,
    {'site_no': s.site_no, 'column': 'property_id', 'state': s.property_id_state, 'value': r.property_id} AS evidence,
    CASE WHEN b.property_id IS NOT NULL THEN [change('sites', s.site_no, 'property_id', b.property_id)] END AS proposal
FROM sites AS s
LEFT JOIN raw.sites AS r ON r.key = s.site_no
LEFT JOIN buildings AS b ON b.building_id = s.building_id
WHERE s.property_id_state = 'invalid'
