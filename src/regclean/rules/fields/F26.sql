-- id = "F26"
-- title.fi = "Turvakielto lukee väärässä kentässä"
-- title.sv = "Spärrmarkeringen står i fel fält"
-- title.en = "The non-disclosure stands in another field"
-- summary.fi = "Turvakielto lukee muualla kuin asiakkaan {customer_no} omassa kentässä: nimessä, osoitteessa tai toisella rivillä."
-- summary.sv = "En spärrmarkering för kund {customer_no} står någon annanstans än i sitt eget fält: i namnet, adressen eller på en annan rad."
-- summary.en = "A non-disclosure of customer {customer_no} stands elsewhere than in its own field: in the name, the address or on another row."
-- severity = "error"
-- ends_in = "change"
-- why = "No system looks for it there: every list and letter shows it. The night protects the customer at once; the register does so only when its own column says it."
-- subjects = "customers"
-- uses = ["macros"]
-- countries = ["fi"]
-- [guards]
-- told = "Its own column says it already."
SELECT
    [subject('customers', c.customer_no, 'non_disclosure')] AS subjects,
    {'customer_no': c.customer_no, 'column': 'non_disclosure'} AS evidence,
    [change('customers', c.customer_no, 'non_disclosure', 'true')] AS proposal
FROM name_marks AS m
INNER JOIN customers AS c USING (customer_no)
LEFT JOIN raw.customers AS r ON r.key = c.customer_no
WHERE
    m.mark = 'non_disclosure'
    -- guard: told
    AND NOT regexp_matches(lower(trim(coalesce(r.non_disclosure, ''))), '^(1|true|t|k|kyllä|kylla|on|x|y|yes|j|ja)$')
    -- end guard
