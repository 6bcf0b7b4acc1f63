-- id = "F04"
-- title.fi = "Tilinumero on virheellinen"
-- title.sv = "Kontonumret är felaktigt"
-- title.en = "The IBAN is invalid"
-- summary.fi = "Asiakkaan {customer_no} tilinumero on virheellinen."
-- summary.sv = "Kontonumret för kund {customer_no} är felaktigt."
-- summary.en = "The IBAN of customer {customer_no} is invalid."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Kysy asiakkaalta oikea tilinumero."
-- asks.sv = "Fråga kunden efter det rätta kontonumret."
-- asks.en = "Ask the customer for the right IBAN."
-- way = "letter"
-- why = "A refund to an account number that fails its check comes back."
-- subjects = "customers"
SELECT
    [subject('customers', c.customer_no, 'iban')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'iban', 'state': c.iban_state, 'value': r.iban} AS evidence
FROM customers AS c
LEFT JOIN raw.customers AS r ON r.key = c.customer_no
WHERE c.iban_state = 'invalid'
