-- id = "K29"
-- title.fi = "Osakkaalla ei ole omaa palvelua"
-- title.sv = "Delägaren har ingen egen tjänst"
-- title.en = "A member has no service of its own"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} asiakkaalla {customer_no} ei ole omaa palvelutunnusta."
-- summary.sv = "Kund {customer_no} på rad {member_no} för {bin_group_no} har ingen egen tjänst."
-- summary.en = "Customer {customer_no} on line {member_no} of shared bin {bin_group_no} has no service of its own."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Pyydä osakasta tekemään oma sopimus."
-- asks.sv = "Be delägaren teckna ett eget avtal."
-- asks.en = "Ask the member for a contract of its own."
-- way = "letter"
-- why = "Some companies require each party of a shared bin to hold a service id of its own before the bill can be shared."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["active_services", "members"]
-- parameters = ["shared_bins.own_service_required"]
SELECT
    [subject('bin_groups', m.bin_group_no), subject('bin_group_members', m.line)] AS subjects,
    {'bin_group_no': m.bin_group_no, 'member_no': m.member_no, 'customer_no': m.customer_no} AS evidence
FROM active_members AS m
WHERE
    $own_service_required
    AND m.customer_no IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM active_services AS s WHERE s.customer_no = m.customer_no)
