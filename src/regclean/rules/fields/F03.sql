-- id = "F03"
-- title.fi = "Y-tunnus on virheellinen"
-- title.sv = "FO-numret är felaktigt"
-- title.en = "The Y-tunnus is invalid"
-- summary.fi = "Asiakkaan {customer_no} Y-tunnus {value} on virheellinen."
-- summary.sv = "FO-numret {value} för kund {customer_no} är felaktigt."
-- summary.en = "The Y-tunnus {value} of customer {customer_no} is invalid."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Hae oikea Y-tunnus."
-- asks.sv = "Ta reda på det rätta FO-numret."
-- asks.en = "Look up the right Y-tunnus."
-- way = "look_up"
-- why = "A Y-tunnus that fails its check names no company: bills and e-invoices go astray."
-- subjects = "customers"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject('customers', c.customer_no, 'business_id')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'business_id', 'state': c.business_id_state, 'value': r.business_id} AS evidence,
    -- An OVT code holds the Y-tunnus.
    CASE WHEN c.e_invoice_state = 'ok' AND regexp_matches(c.e_invoice_address, '^0037[0-9]{8}')
        THEN [change('customers', c.customer_no, 'business_id', c.e_invoice_address[5:11] || '-' || c.e_invoice_address[12])]
    END AS proposal
FROM customers AS c
LEFT JOIN raw.customers AS r ON r.key = c.customer_no
WHERE c.business_id_state = 'invalid'
