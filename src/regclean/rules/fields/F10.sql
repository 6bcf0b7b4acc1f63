-- id = "F10"
-- title.fi = "Puhelinnumero ei ole mahdollinen"
-- title.sv = "Telefonnumret är inte möjligt"
-- title.en = "The phone number is impossible"
-- summary.fi = "Asiakkaan {customer_no} puhelinnumero {value} ei ole mahdollinen."
-- summary.sv = "Telefonnumret {value} för kund {customer_no} är inte möjligt."
-- summary.en = "The phone number {value} of customer {customer_no} is impossible."
-- severity = "info"
-- why = "Nobody answers a number that cannot exist: text messages about emptyings get lost."
-- subjects = "customers"
SELECT
    [subject('customers', c.customer_no, 'phone')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'phone', 'state': c.phone_state, 'value': l.phone} AS evidence
FROM customers AS c
LEFT JOIN (SELECT customer_no, any_value(phone ORDER BY _row) AS phone FROM landed.customers GROUP BY customer_no) AS l USING (customer_no)
WHERE c.phone_state = 'invalid'
