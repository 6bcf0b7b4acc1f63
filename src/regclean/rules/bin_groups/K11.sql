-- id = "K11"
-- title.fi = "Osakkaan kohde on toimialueen ulkopuolella"
-- title.sv = "Delägarens objekt ligger utanför området"
-- title.en = "A member's site is outside the area"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} kohde on kunnassa {municipality_code}[ (postinumero {postal_code})], joka ei kuulu alueeseen."
-- summary.sv = "Objektet på rad {member_no} för det gemensamma kärlet {bin_group_no} ligger i kommun {municipality_code}[ (postnummer {postal_code})] utanför området."
-- summary.en = "Line {member_no} of shared bin {bin_group_no} lies in municipality {municipality_code}[ (postcode {postal_code})], outside the area."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Tarkista osoite yhteyshenkilöltä."
-- asks.sv = "Kontrollera adressen med den ansvariga."
-- asks.en = "Check the address with the contact person."
-- way = "call"
-- why = "Another company collects there: the address is a home address, mistyped, or the member cannot belong to this shared bin."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["members", "member_places", "area"]
-- parameters = ["shared_bins.area_postal_codes"]
WITH judged AS (
    -- A place of several municipalities, or a street in several, is outside where none of them is inside.
    SELECT
        line, any_value(placed_by) AS placed_by, min(postal_code) AS postal_code, min(municipality_code) AS municipality_code,
        bool_or(
            coalesce(municipality_code IN (SELECT municipality_code FROM area_municipalities), FALSE)
            OR coalesce(list_bool_or([starts_with(postal_code, prefix) FOR prefix IN CAST($area_postal_codes AS TEXT[])]), FALSE)
        ) AS is_inside,
        bool_or(municipality_code IS NULL AND (postal_code IS NULL OR EXISTS (SELECT 1 FROM area_municipalities))) AS cannot_be_told
    FROM member_points
    GROUP BY line
)
SELECT
    [subject('bin_groups', m.bin_group_no), subject('bin_group_members', line)] AS subjects,
    {
        'bin_group_no': m.bin_group_no, 'member_no': m.member_no, 'site_no': m.site_no, 'postal_code': j.postal_code,
        'municipality_code': j.municipality_code, 'placed_by': j.placed_by, 'street_address': m.street_address, 'site_street_address': t.street_address
    } AS evidence
FROM judged AS j
INNER JOIN active_members AS m USING (line)
LEFT JOIN sites AS t ON t.site_no = m.site_no
WHERE
    NOT j.is_inside AND NOT j.cannot_be_told
    AND (len(CAST($area_postal_codes AS TEXT[])) > 0 OR EXISTS (SELECT 1 FROM area_municipalities))
