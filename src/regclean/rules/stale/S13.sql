-- id = "S13"
-- title.fi = "Tyhjennystiedot puuttuvat alueelta"
-- title.sv = "Tömningsuppgifter saknas från ett område"
-- title.en = "The emptyings of an area are missing"
-- summary.fi = "Alueelta {area} puuttuu tyhjennyksiä: {late} astiaa {bins} astiasta on hiljaa, viimeisin tieto on {reaches_on}.[ Urakoitsija: {contractors}.]"
-- summary.sv = "Från området {area} saknas tömningar: {late} av {bins} kärl är tysta, den senaste uppgiften är från {reaches_on}.[ Entreprenör: {contractors}.]"
-- summary.en = "Emptyings of area {area} are missing: {late} of {bins} bins are silent, the latest news is of {reaches_on}.[ Contractor: {contractors}.]"
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Pyydä urakoitsijalta puuttuvat tyhjennystiedot."
-- asks.sv = "Be entreprenören om de tömningsuppgifter som saknas."
-- asks.en = "Ask the contractor for the missing emptyings."
-- way = "call"
-- why = "When most bins of an area fall silent at once, it is the contractor's data that is missing, not the customers: one question about the feed, none about those in it."
-- subjects = "sources"
-- uses = ["silence"]
WITH missing AS (
    SELECT *, coalesce(postal_code, municipality_code, contractor) AS area
    FROM bin_silence
    WHERE in_outage AND NOT is_paused AND NOT is_area_point AND NOT is_on_call AND NOT is_seasonal
)
SELECT
    [source_subject('services', area)] AS subjects,
    {
        'area': area, 'bins': count(*), 'late': count(*) FILTER (silent_days > 14 * coalesce(interval_weeks, 4) + 28),
        'reaches_on': max(feed_reaches_on), 'contractors': list(DISTINCT contractor ORDER BY contractor) FILTER (contractor IS NOT NULL),
        'basis': {'area': area, 'reaches_on': max(feed_reaches_on)}
    } AS evidence
FROM missing
WHERE area IS NOT NULL
GROUP BY area
