-- id = "S13"
-- title.fi = "Tyhjennystiedot puuttuvat alueelta"
-- title.sv = "Tömningsuppgifter saknas från ett område"
-- title.en = "The emptyings of an area are missing"
-- summary.fi = "Alueelta {area} puuttuu tyhjennyksiä: {late} astiaa {bins} astiasta on hiljaa, viimeisin tieto on {reaches_on}. Urakoitsija: {contractors}."
-- summary.sv = "Från området {area} saknas tömningar: {late} av {bins} kärl är tysta, den senaste uppgiften är från {reaches_on}. Entreprenör: {contractors}."
-- summary.en = "Emptyings of area {area} are missing: {late} of {bins} bins are silent, the latest news is of {reaches_on}. Contractor: {contractors}."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Pyydä urakoitsijalta puuttuvat tyhjennystiedot."
-- asks.sv = "Be entreprenören om de tömningsuppgifter som saknas."
-- asks.en = "Ask the contractor for the missing emptyings."
-- why = "When most bins of an area fall silent at once, it is the contractor's data that is missing, not the customers: one question about the feed, none about those in it."
-- subjects = "sources"
-- uses = ["silence"]
SELECT
    [source_subject('services', s.postal_code)] AS subjects,
    {
        'area': s.postal_code, 'bins': count(*), 'late': count(*) FILTER (s.silent_days > 14 * coalesce(s.interval_weeks, 4) + 28),
        'reaches_on': max(s.feed_reaches_on), 'contractors': list(DISTINCT s.contractor ORDER BY s.contractor) FILTER (s.contractor IS NOT NULL),
        'basis': {'area': s.postal_code, 'reaches_on': max(s.feed_reaches_on)}
    } AS evidence
FROM bin_silence AS s
WHERE s.in_outage AND s.postal_code IS NOT NULL AND NOT s.is_paused AND NOT s.is_area_point AND NOT s.is_on_call AND NOT s.is_seasonal
GROUP BY s.postal_code
