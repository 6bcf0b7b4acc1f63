-- id = "F01"
-- title.fi = "Henkilötunnus on virheellinen"
-- title.sv = "Personbeteckningen är felaktig"
-- title.en = "The henkilötunnus is invalid"
-- summary.fi = "Asiakkaan {customer_no} henkilötunnus on virheellinen."
-- summary.sv = "Personbeteckningen för kund {customer_no} är felaktig."
-- summary.en = "The henkilötunnus of customer {customer_no} is invalid."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Hae tai kysy oikea henkilötunnus."
-- asks.sv = "Ta reda på eller fråga efter den rätta personbeteckningen."
-- asks.en = "Look up or ask for the right henkilötunnus."
-- way = "look_up"
-- why = "A henkilötunnus that fails its check cannot tell people apart and breeds duplicates. It is never shown whole."
-- subjects = "customers"
-- countries = ["fi"]
SELECT
    [subject('customers', c.customer_no, 'national_id')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'national_id', 'state': c.national_id_state, 'masked': c.national_id_masked} AS evidence
FROM customers AS c
WHERE c.national_id_state = 'invalid'
