-- id = "F03"
-- title.fi = "Y-tunnus on virheellinen"
-- title.sv = "FO-numret är felaktigt"
-- title.en = "The Y-tunnus is invalid"
-- summary.fi = "Asiakkaan {customer_no} Y-tunnus {value} on virheellinen."
-- summary.sv = "FO-numret {value} för kund {customer_no} är felaktigt."
-- summary.en = "The Y-tunnus {value} of customer {customer_no} is invalid."
-- severity = "review"
-- why = "A Y-tunnus that fails its check names no company: bills and e-invoices go astray."
-- subjects = "customers"
-- countries = ["fi"]
SELECT
    [subject('customers', c.customer_no, 'business_id')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'business_id', 'state': c.business_id_state, 'value': r.business_id} AS evidence
FROM customers AS c
LEFT JOIN raw.customers AS r ON r.key = c.customer_no
WHERE c.business_id_state = 'invalid'
