-- id = "F11"
-- title.fi = "Sähköpostiosoite ei ole mahdollinen"
-- title.sv = "E-postadressen är inte möjlig"
-- title.en = "The e-mail address is impossible"
-- summary.fi = "Asiakkaan {customer_no} sähköpostiosoite[ {value}] ei ole mahdollinen."
-- summary.sv = "E-postadressen[ {value}] för kund {customer_no} är inte möjlig."
-- summary.en = "The e-mail address[ {value}] of customer {customer_no} is impossible."
-- severity = "info"
-- ends_in = "change"
-- why = "E-mail to an address that cannot exist comes back."
-- subjects = "customers"
-- uses = ["macros"]
SELECT
    [subject('customers', c.customer_no, 'email')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'email', 'state': c.email_state, 'value': r.email} AS evidence,
    [change('customers', c.customer_no, 'email', NULL)] AS proposal
FROM customers AS c
LEFT JOIN raw.customers AS r ON r.key = c.customer_no
WHERE c.email_state = 'invalid'
