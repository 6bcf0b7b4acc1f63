-- id = "F05"
-- title.fi = "Verkkolaskuosoite on virheellinen"
-- title.sv = "E-faktureringsadressen är felaktig"
-- title.en = "The e-invoice address is invalid"
-- summary.fi = "Asiakkaan {customer_no} verkkolaskuosoite[ {value}] on virheellinen."
-- summary.sv = "E-faktureringsadressen[ {value}] för kund {customer_no} är felaktig."
-- summary.en = "The e-invoice address[ {value}] of customer {customer_no} is invalid."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy yritykseltä oikea verkkolaskuosoite."
-- asks.sv = "Fråga företaget efter den rätta e-faktureringsadressen."
-- asks.en = "Ask the company for the right e-invoice address."
-- way = "letter"
-- why = "An e-invoice to an OVT code that fails its check never arrives."
-- subjects = "customers"
-- uses = ["macros"]
-- countries = ["fi"]
SELECT
    [subject('customers', c.customer_no, 'e_invoice_address')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'e_invoice_address', 'state': c.e_invoice_state, 'value': r.e_invoice_address} AS evidence,
    -- An OVT code with a slip in it, of a company whose Y-tunnus is known.
    CASE WHEN c.business_id_state = 'ok' AND levenshtein(regexp_replace(upper(r.e_invoice_address), '[^0-9A-Z]', '', 'g'), '0037' || replace(c.business_id, '-', '')) <= 2
        THEN [change('customers', c.customer_no, 'e_invoice_address', '0037' || replace(c.business_id, '-', ''))]
    END AS proposal
FROM customers AS c
LEFT JOIN raw.customers AS r ON r.key = c.customer_no
WHERE c.e_invoice_state = 'invalid'
