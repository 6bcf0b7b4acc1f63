-- id = "F10"
-- title.fi = "Puhelinnumero ei ole mahdollinen"
-- title.sv = "Telefonnumret är inte möjligt"
-- title.en = "The phone number is impossible"
-- summary.fi = "Asiakkaan {customer_no} puhelinnumero[ {value}] ei ole mahdollinen."
-- summary.sv = "Telefonnumret[ {value}] för kund {customer_no} är inte möjligt."
-- summary.en = "The phone number[ {value}] of customer {customer_no} is impossible."
-- severity = "info"
-- ends_in = "change"
-- why = "Nobody answers a number that cannot exist: text messages about emptyings get lost."
-- subjects = "customers"
-- uses = ["macros"]
SELECT
    [subject('customers', c.customer_no, 'phone')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'phone', 'state': c.phone_state, 'value': r.phone} AS evidence,
    [change('customers', c.customer_no, 'phone', NULL)] AS proposal
FROM customers AS c
LEFT JOIN raw.customers AS r ON r.key = c.customer_no
WHERE c.phone_state = 'invalid'
