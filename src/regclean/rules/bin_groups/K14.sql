-- id = "K14"
-- title.fi = "Osakkaan osoitteena on astian osoite"
-- title.sv = "Delägarens adress är kärlets adress"
-- title.en = "The bin's address stands as a member's address"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} osoite on astian osoite, ei osakkaan oma."
-- summary.sv = "Adressen på rad {member_no} för det gemensamma kärlet {bin_group_no} är kärlets, inte delägarens."
-- summary.en = "The address on line {member_no} of shared bin {bin_group_no} is the bin's, not the member's own."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy osakkaan oma osoite."
-- asks.sv = "Fråga efter delägarens egen adress."
-- asks.en = "Ask for the member's own address."
-- way = "call"
-- why = "With the bin's address in place of its own a member cannot be placed, billed or told apart from the host."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "shared_bins", "members"]
-- [guards]
-- host_household = "The bin stands at the host's: it is the host household's own address."
-- lives_there = "Neighbours in one building share the address with the bin."
SELECT
    [subject('bin_groups', m.bin_group_no), subject('bin_group_members', m.line)] AS subjects,
    {
        'bin_group_no': m.bin_group_no, 'member_no': m.member_no, 'customer_no': m.customer_no, 'site_no': m.site_no,
        'street_address': m.street_address, 'own_street_address': t.street_address
    } AS evidence,
    CASE
        WHEN t.street_address IS NOT NULL THEN [
            change('bin_group_members', m.line, 'street_address', t.street_address),
            change('bin_group_members', m.line, 'postal_code', t.postal_code),
            change('bin_group_members', m.line, 'city', t.city)
        ]
        WHEN c.street_address IS NOT NULL AND coalesce(m.use, 'permanent') = 'permanent' THEN [
            change('bin_group_members', m.line, 'street_address', c.street_address),
            change('bin_group_members', m.line, 'postal_code', c.postal_code),
            change('bin_group_members', m.line, 'city', c.city)
        ]
    END AS proposal
FROM active_members AS m
INNER JOIN group_hosts AS h USING (bin_group_no)
LEFT JOIN sites AS t ON t.site_no = m.site_no
LEFT JOIN sites AS b ON b.site_no = h.host_site_no
LEFT JOIN customers AS c ON c.customer_no = m.customer_no
WHERE
    (
        m.proxy_address
        -- The contact person's own line is no proxy, and yet wrong when its site is another.
        OR (m.m_street = b.m_street AND m.m_house = b.m_house AND m.m_house_letter IS NOT DISTINCT FROM b.m_house_letter AND m.site_no <> b.site_no)
    )
    -- guard: host_household
    AND m.line NOT IN (SELECT line FROM host_household)
    -- end guard
    -- guard: lives_there
    AND NOT coalesce(c.m_street = m.m_street AND c.m_house = m.m_house, FALSE)
    AND NOT coalesce(t.m_street = m.m_street AND t.m_house = m.m_house, FALSE)
    AND m.m_flat IS NULL
    -- end guard
