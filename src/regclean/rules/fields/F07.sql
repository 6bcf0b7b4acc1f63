-- id = "F07"
-- title.fi = "Rakennustunnus on virheellinen"
-- title.sv = "Byggnadsbeteckningen är felaktig"
-- title.en = "The building id is invalid"
-- summary.fi = "Kohteen {site_no} rakennustunnus[ {value}] on virheellinen."
-- summary.sv = "Byggnadsbeteckningen[ {value}] för objektet {site_no} är felaktig."
-- summary.en = "The building id[ {value}] of site {site_no} is invalid."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Hae oikea rakennustunnus."
-- asks.sv = "Ta reda på den rätta byggnadsbeteckningen."
-- asks.en = "Look up the right building id."
-- way = "look_up"
-- why = "A permanent building id (PRT) that fails its check belongs to no building."
-- subjects = "sites"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject('sites', s.site_no, 'building_id')] AS subjects,
    {'site_no': s.site_no, 'column': 'building_id', 'state': s.building_id_state, 'value': r.building_id} AS evidence,
    CASE WHEN b.building_id IS NOT NULL THEN [change('sites', s.site_no, 'building_id', b.building_id)] END AS proposal
FROM sites AS s
LEFT JOIN raw.sites AS r ON r.key = s.site_no
LEFT JOIN (
    SELECT property_id, min(building_id) AS building_id FROM buildings GROUP BY property_id HAVING count(*) = 1
) AS b ON b.property_id = s.property_id
WHERE s.building_id_state = 'invalid'
