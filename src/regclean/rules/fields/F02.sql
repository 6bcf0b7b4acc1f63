-- id = "F02"
-- title.fi = "Tunnus puuttuu"
-- title.sv = "Beteckning saknas"
-- title.en = "An identifier is missing"
-- summary.fi = "Asiakkaalta {customer_no} ({kind}) puuttuu {column}."
-- summary.sv = "Kund {customer_no} ({kind}) saknar {column}."
-- summary.en = "Customer {customer_no} ({kind}) has no {column}."
-- severity = "info"
-- ends_in = "figure"
-- why = "Without a Y-tunnus a company, and without a henkilötunnus or birth date a person, is found again by name alone: the next account becomes a duplicate."
-- subjects = "customers"
-- uses = ["active_services", "members"]
-- parameters = ["fields.expect_business_id", "fields.expect_national_id"]
-- countries = ["fi"]
-- [guards]
-- under_contract = "Nobody is asked for an identifier without a contract: data that is not needed is not collected."
SELECT
    [subject('customers', c.customer_no, CASE WHEN c.kind = 'person' THEN 'national_id' ELSE 'business_id' END)] AS subjects,
    {
        'customer_no': c.customer_no, 'kind': c.kind,
        'column': CASE WHEN c.kind = 'person' THEN 'national_id' ELSE 'business_id' END
    } AS evidence
FROM customers AS c
WHERE
    (
        ($expect_business_id AND c.kind IN ('company', 'housing_company', 'public_body') AND c.business_id_state IN ('missing', 'placeholder'))
        OR (
            $expect_national_id AND c.kind = 'person' AND c.national_id_state IN ('missing', 'placeholder') AND c.birth_date IS NULL
        )
    )
    -- guard: under_contract
    AND coalesce(c.status <> 'ended', TRUE)
    AND c.customer_no IN (SELECT customer_no FROM active_services UNION ALL SELECT customer_no FROM active_members)
    -- end guard
