-- id = "K21"
-- title.fi = "Listan jätelaji ei ole astian jätelaji"
-- title.sv = "Listans avfallsslag är inte kärlets"
-- title.en = "The list's waste type is not the bin's"
-- summary.fi = "Kimpan {bin_group_no} jätelaji on {waste_type}, mutta astian {service_no} {bin_waste_type}."
-- summary.sv = "Avfallsslaget för {bin_group_no} är {waste_type}, men kärlet {service_no} är för {bin_waste_type}."
-- summary.en = "Shared bin {bin_group_no} is for {waste_type}, but its bin {service_no} is for {bin_waste_type}."
-- severity = "review"
-- ends_in = "change"
-- why = "Members and bills follow the list's waste type, the lorry follows the bin's."
-- subjects = "bin_groups, services"
-- uses = ["macros", "shared_bins", "bins_of_groups"]
-- [guards]
-- area_point = "An area collection point serves a shared bin of any kind of waste."
-- second_bin = "A shared bin of the right type may have another bin beside it."
SELECT
    [subject('bin_groups', g.bin_group_no), subject('services', min(b.service_no))] AS subjects,
    {
        'bin_group_no': g.bin_group_no, 'waste_type': any_value(g.waste_type), 'service_no': min(b.service_no),
        'bin_waste_type': arg_min(b.waste_type, b.service_no)
    } AS evidence,
    [change('bin_groups', g.bin_group_no, 'waste_type', arg_min(b.waste_type, b.service_no))] AS proposal
FROM standing_groups AS g
INNER JOIN group_bins AS b USING (bin_group_no)
WHERE
    b.is_named AND NOT b.is_of_type
    -- guard: second_bin
    AND NOT EXISTS (SELECT 1 FROM group_bins AS o WHERE o.bin_group_no = g.bin_group_no AND o.is_named AND o.is_of_type)
    -- end guard
    -- guard: area_point
    AND g.bin_group_no NOT IN (SELECT bin_group_no FROM group_hosts WHERE is_area_point)
    -- end guard
GROUP BY g.bin_group_no
