-- id = "F07"
-- title.fi = "Rakennustunnus on virheellinen"
-- title.sv = "Byggnadsbeteckningen är felaktig"
-- title.en = "The building id is invalid"
-- summary.fi = "Kohteen {site_no} rakennustunnus {value} on virheellinen."
-- summary.sv = "Byggnadsbeteckningen {value} för objektet {site_no} är felaktig."
-- summary.en = "The building id {value} of site {site_no} is invalid."
-- severity = "review"
-- why = "A permanent building id (PRT) that fails its check belongs to no building."
-- subjects = "sites"
-- countries = ["fi"]
SELECT
    [subject('sites', s.site_no, 'building_id')] AS subjects,
    {'site_no': s.site_no, 'column': 'building_id', 'state': s.building_id_state, 'value': r.building_id} AS evidence
FROM sites AS s
LEFT JOIN raw.sites AS r ON r.key = s.site_no
WHERE s.building_id_state = 'invalid'
