-- id = "F25"
-- title.fi = "Nimessä on kuoleman merkki"
-- title.sv = "Namnet bär ett dödsmärke"
-- title.en = "The name bears a mark of death"
-- summary.fi = "Asiakkaan {customer_no} nimessä on kuoleman merkki {died}."
-- summary.sv = "Namnet på kund {customer_no} bär ett dödsmärke {died}."
-- summary.en = "The name of customer {customer_no} bears a mark of death {died}."
-- severity = "review"
-- ends_in = "change"
-- why = "Whoever wrote it knew of a death that the register says nowhere else: the customer becomes an estate (kuolinpesä), and the mark leaves the name. Nothing is ended."
-- subjects = "customers"
-- uses = ["macros"]
-- countries = ["fi"]
-- [guards]
-- estate = "An estate has its death behind it."
-- told = "S01 is about a death that an authority told."
SELECT
    [subject('customers', c.customer_no, 'name')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'name', 'died': coalesce(m.detail, ''), 'kind': c.kind} AS evidence,
    CASE WHEN c.kind = 'person' THEN [change('customers', c.customer_no, 'kind', 'estate')] END AS proposal
FROM name_marks AS m
INNER JOIN customers AS c USING (customer_no)
WHERE
    m.mark = 'death'
    -- guard: estate
    AND c.kind IN ('person', 'household')
    -- end guard
    -- guard: told
    AND c.customer_no NOT IN (SELECT customer_no FROM evidence WHERE signal = 'death')
    -- end guard
