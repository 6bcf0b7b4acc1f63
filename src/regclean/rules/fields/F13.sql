-- id = "F13"
-- title.fi = "Asiakaslaji ei sovi nimeen"
-- title.sv = "Kundslaget passar inte till namnet"
-- title.en = "The kind contradicts the name"
-- summary.fi = "Asiakas {customer_no} on merkitty lajiin {kind_given}, mutta nimi viittaa lajiin {kind_inferred}."
-- summary.sv = "Kund {customer_no} är antecknad som {kind_given}, men namnet tyder på {kind_inferred}."
-- summary.en = "Customer {customer_no} is marked as {kind_given}, but the name says {kind_inferred}."
-- severity = "review"
-- severities = ["info"]
-- ends_in = "change"
-- why = "A company that stands as a person, or an estate that stands as a living one, is billed, addressed and matched wrongly."
-- subjects = "customers"
-- uses = ["macros"]
-- [guards]
-- plain_name = "A company or an estate may have a name that looks like a person's."
WITH classes AS (
    SELECT
        customer_no, kind_given, kind_inferred,
        CASE WHEN kind_given IN ('person', 'household') THEN 'natural' WHEN kind_given = 'estate' THEN 'estate' ELSE 'organisation' END AS given_class,
        CASE WHEN kind_inferred IN ('person', 'household') THEN 'natural' WHEN kind_inferred = 'estate' THEN 'estate' ELSE 'organisation' END AS inferred_class
    FROM customers
    WHERE kind_given IS NOT NULL AND kind_given <> kind_inferred
)
SELECT
    [subject('customers', customer_no, 'kind')] AS subjects,
    {'customer_no': customer_no, 'column': 'kind', 'kind_given': kind_given, 'kind_inferred': kind_inferred} AS evidence,
    [change('customers', customer_no, 'kind', kind_inferred)] AS proposal,
    CASE WHEN given_class = inferred_class THEN 'info' END AS severity
FROM classes
WHERE
    (given_class <> inferred_class OR (kind_given = 'person' AND kind_inferred = 'household'))
    -- guard: plain_name
    AND (inferred_class <> 'natural' OR given_class = 'natural')
    -- end guard
