-- id = "K10"
-- title.fi = "Osakas on liian kaukana astiasta"
-- title.sv = "Delägaren är för långt från kärlet"
-- title.en = "A member is too far from the bin"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} kohde on {metres} m astiasta; raja on {limit_metres} m ({use}, {zone}; mitattu: {measured})."
-- summary.sv = "Objektet på rad {member_no} ligger {metres} m från det gemensamma kärlet {bin_group_no}; gränsen är {limit_metres} m ({use}, {zone}; mätt: {measured})."
-- summary.en = "Line {member_no} of shared bin {bin_group_no} is {metres} m from the bin; the limit is {limit_metres} m ({use}, {zone}; measured by {measured})."
-- severity = "review"
-- severities = ["info"]
-- ends_in = "task"
-- asks.fi = "Tarkista osoite yhteyshenkilöltä; liian kaukana oleva tarvitsee oman astian."
-- asks.sv = "Kontrollera adressen med den ansvariga; den som bor för långt bort behöver ett eget kärl."
-- asks.en = "Check the address with the contact person; who is too far away needs an own bin."
-- way = "call"
-- why = "The authority allows sharing among neighbours only. The straight line is never longer than the road, so what exceeds the limit surely does; what only a postcode, a street or a town places is coarse and only informs."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["distances"]
-- parameters = ["shared_bins.coarse_margin_m"]
-- [guards]
-- coarse = "Neighbours on both sides of a postcode border are not far apart."
-- area_point = "People drive to an area collection point; no limit holds for it."
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_group_members', line)] AS subjects,
    {
        'bin_group_no': bin_group_no, 'member_no': member_no, 'site_no': site_no, 'metres': metres, 'limit_metres': limit_metres,
        'zone': zone, 'use': use, 'measured': basis, 'coarse': basis <> 'coordinates', 'street_address': street_address, 'site_street_address': site_street_address
    } AS evidence,
    CASE WHEN basis <> 'coordinates' THEN 'info' END AS severity
FROM member_distances
WHERE
    metres > limit_metres
    -- guard: coarse
    AND (basis = 'coordinates' OR metres > limit_metres + $coarse_margin_m)
    -- end guard
    -- guard: area_point
    AND NOT is_area_point
    -- end guard
