-- id = "S08"
-- title.fi = "Kuolinpesä on ollut jakamatta pitkään"
-- title.sv = "Dödsboet har varit oskiftat länge"
-- title.en = "An estate has been undivided for long"
-- summary.fi = "Kuolinpesä {customer_no} on ollut asiakkaana {since_on} alkaen."
-- summary.sv = "Dödsboet {customer_no} har varit kund sedan {since_on}."
-- summary.en = "Estate {customer_no} has been a customer since {since_on}."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Kysy perillisiltä, kenelle kohde on siirtynyt."
-- asks.sv = "Fråga arvingarna vem objektet har övergått till."
-- asks.en = "Ask the heirs who holds the site now."
-- way = "letter"
-- why = "After two years the heirs have usually divided the estate: ask who holds the site now. An estate is never ended for its age."
-- subjects = "customers"
-- uses = ["succession"]
-- parameters = ["stale.estate_months"]
-- [guards]
-- ended = "An estate that was ended is settled."
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {'customer_no': c.customer_no, 'since_on': coalesce(d.observed_on, c.created_on), 'death_on': d.observed_on} AS evidence
FROM customers AS c
LEFT JOIN departures AS d ON d.customer_no = c.customer_no AND d.signal = 'death'
WHERE
    -- Also where damage to the name's last letters hid the estate from the standardiser.
    (c.kind = 'estate' OR (c.kind <> 'person' AND regexp_matches(folded(c.name), 'kuolinpes|dodsbo')))
    AND coalesce(d.observed_on, c.created_on) < CAST($as_of AS DATE) - to_months($estate_months)
    -- guard: ended
    AND coalesce(c.status <> 'ended', TRUE)
    -- end guard
