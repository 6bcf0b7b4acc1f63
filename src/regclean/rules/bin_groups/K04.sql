-- id = "K04"
-- title.fi = "Osakkaalla on edelleen oma astia"
-- title.sv = "Delägaren har fortfarande ett eget kärl"
-- title.en = "A member still has an own bin"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} osakkaalla on oma astia {service_no} samalle jätteelle ({waste_type})."
-- summary.sv = "Delägaren på rad {member_no} i det gemensamma kärlet {bin_group_no} har ett eget kärl {service_no} för samma avfall ({waste_type})."
-- summary.en = "The member on line {member_no} of shared bin {bin_group_no} has a bin of its own, {service_no}, for the same waste ({waste_type})."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy osakkaalta, mistä alkaen oma astia on tarpeeton."
-- asks.sv = "Fråga delägaren från vilken dag det egna kärlet är onödigt."
-- asks.en = "Ask the member from which day the own bin is needless."
-- way = "call"
-- why = "Who shares a bin needs no other for the same waste: the own bin was forgotten, or the membership is wrong. The own bin's contract is proposed to end on the day the membership began."
-- subjects = "bin_groups, bin_group_members, services, customers"
-- uses = ["macros", "bins_of_groups"]
-- [guards]
-- host = "The host's own bin is the shared bin."
-- paused = "An own bin that is paused while its holder shares one is in order."
-- ending = "A contract that has its last day is already being ended."
SELECT
    [subject('bin_groups', o.bin_group_no), subject('bin_group_members', o.line), subject('services', o.service_no), subject('customers', o.customer_no)] AS subjects,
    {
        'bin_group_no': o.bin_group_no, 'member_no': o.member_no, 'service_no': o.service_no, 'customer_no': o.customer_no,
        'site_no': o.site_no, 'waste_type': o.waste_type, 'member_since': o.from_on
    } AS evidence,
    CASE WHEN o.from_on IS NOT NULL AND o.end_on IS NULL THEN [change('services', o.service_no, 'end_on', o.from_on)] END AS proposal
FROM own_bins AS o
WHERE
    TRUE
    -- guard: host
    AND NOT o.is_host
    -- end guard
    -- guard: paused
    AND NOT o.is_paused
    -- end guard
    -- guard: ending
    AND o.end_on IS NULL
    -- end guard
