-- id = "K11"
-- title.fi = "Osakkaan kohde on toimialueen ulkopuolella"
-- title.sv = "Delägarens objekt ligger utanför området"
-- title.en = "A member's site is outside the area"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} kohde on kunnassa {municipality_code} (postinumero {postal_code}), joka ei kuulu alueeseen."
-- summary.sv = "Objektet på rad {member_no} för det gemensamma kärlet {bin_group_no} ligger i kommun {municipality_code} (postnummer {postal_code}) utanför området."
-- summary.en = "Line {member_no} of shared bin {bin_group_no} lies in municipality {municipality_code} (postcode {postal_code}), outside the area."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Tarkista osoite yhteyshenkilöltä."
-- asks.sv = "Kontrollera adressen med den ansvariga."
-- asks.en = "Check the address with the contact person."
-- why = "Another company collects there: the address is a home address, mistyped, or the member cannot belong to this shared bin."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["members", "area"]
-- parameters = ["shared_bins.area_postal_codes"]
-- [guards]
-- home_address = "Members with a leisure home are often listed by their home address, which may be anywhere."
WITH placed AS (
    SELECT
        m.line, m.bin_group_no, m.member_no, m.site_no, coalesce(t.postal_code, m.postal_code) AS postal_code,
        coalesce(t.municipality_code, p.municipality_code) AS municipality_code
    FROM active_members AS m
    LEFT JOIN sites AS t USING (site_no)
    LEFT JOIN reference_postcodes AS p ON p.postal_code = coalesce(t.postal_code, m.postal_code)
    WHERE
        m.site_no IS NOT NULL
        OR (
            NOT m.proxy_address
            -- guard: home_address
            AND coalesce(m.use, 'permanent') <> 'leisure'
            -- end guard
        )
)
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_group_members', line)] AS subjects,
    {
        'bin_group_no': bin_group_no, 'member_no': member_no, 'site_no': site_no, 'postal_code': postal_code,
        'municipality_code': municipality_code
    } AS evidence
FROM placed
WHERE
    municipality_code IS NOT NULL
    AND municipality_code NOT IN (SELECT municipality_code FROM area_municipalities)
    AND NOT coalesce(list_bool_or([starts_with(postal_code, prefix) FOR prefix IN CAST($area_postal_codes AS TEXT[])]), FALSE)
    AND (len(CAST($area_postal_codes AS TEXT[])) > 0 OR EXISTS (SELECT 1 FROM area_municipalities))
