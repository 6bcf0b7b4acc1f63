-- id = "F12"
-- title.fi = "Laskutusosoite on kimppa-astian osoite"
-- title.sv = "Faktureringsadressen är det gemensamma kärlets"
-- title.en = "The billing address is a shared bin's address"
-- summary.fi = "Asiakkaan {customer_no} laskutusosoite on kimpan {bin_group_no} astian osoite."
-- summary.sv = "Faktureringsadressen för kund {customer_no} är adressen till det gemensamma kärlet {bin_group_no}."
-- summary.en = "The billing address of customer {customer_no} is that of shared bin {bin_group_no}."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy asiakkaan oma laskutusosoite."
-- asks.sv = "Fråga efter kundens egen faktureringsadress."
-- asks.en = "Ask for the customer's own billing address."
-- way = "letter"
-- why = "The bin's address got onto the member's account from the contact person's list: bills go to the host's mailbox."
-- subjects = "customers"
-- uses = ["macros", "shared_bins"]
-- [guards]
-- host = "The host's bills go to the host's own address, where the bin stands."
-- lives_there = "A neighbour in the same building has the same address."
WITH bins AS (
    SELECT g.bin_group_no, g.m_street, g.m_house, g.m_flat, g.m_postal, h.host_customer_no, c.m_last AS host_last
    FROM standing_groups AS g
    INNER JOIN group_hosts AS h USING (bin_group_no)
    LEFT JOIN customers AS c ON c.customer_no = h.host_customer_no
)
SELECT
    [subject('customers', c.customer_no, 'billing_street_address')] AS subjects,
    {
        'customer_no': c.customer_no, 'column': 'billing_street_address', 'bin_group_no': min(g.bin_group_no),
        'billing_street_address': any_value(c.billing_street_address)
    } AS evidence,
    -- Without an address of its own the bill goes to the customer's.
    CASE WHEN any_value(c.street_address) IS NOT NULL THEN [
        change('customers', c.customer_no, 'billing_street_address', NULL),
        change('customers', c.customer_no, 'billing_postal_code', NULL),
        change('customers', c.customer_no, 'billing_city', NULL)
    ] END AS proposal
FROM customer_addresses AS a
INNER JOIN customers AS c USING (customer_no)
INNER JOIN bins AS g ON g.m_street = a.m_street AND g.m_house = a.m_house AND coalesce(g.m_postal = a.m_postal, TRUE)
WHERE
    a.source = 'billing' AND a.m_flat IS NOT DISTINCT FROM g.m_flat
    -- guard: host
    AND coalesce(c.customer_no <> g.host_customer_no, TRUE)
    AND coalesce(c.m_last <> g.host_last, TRUE)
    -- end guard
    -- guard: lives_there
    AND NOT coalesce(c.m_street = a.m_street AND c.m_house = a.m_house, FALSE)
    AND NOT EXISTS (
        SELECT 1 FROM customer_addresses AS o
        WHERE o.customer_no = c.customer_no AND o.source IN ('site_role', 'service') AND o.m_street = a.m_street AND o.m_house = a.m_house
    )
    -- end guard
GROUP BY c.customer_no
