-- id = "S07"
-- title.fi = "Yritys on konkurssissa, selvitystilassa tai poistettu"
-- title.sv = "Företaget är i konkurs, likvidation eller avfört"
-- title.en = "The company is bankrupt, in liquidation or struck off"
-- summary.fi = "Yritysasiakas {customer_no}: {company_status} ({observed_on})."
-- summary.sv = "Företagskund {customer_no}: {company_status} ({observed_on})."
-- summary.en = "Company customer {customer_no}: {company_status} ({observed_on})."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy kohteelta, kuka vastaa nyt jätehuollosta ja laskuista."
-- asks.sv = "Fråga vid objektet vem som nu svarar för avfallshanteringen och räkningarna."
-- asks.en = "Ask at the site who answers for waste and bills now."
-- way = "visit"
-- why = "In a bankruptcy the bankruptcy estate pays; a company that was struck off can pay nothing. The site and its waste are still there."
-- subjects = "customers"
-- uses = ["macros", "current_roles"]
-- [guards]
-- revoked = "A later entry that the bankruptcy was called off counts."
-- ended = "An account that was ended and holds nothing any more is settled."
WITH told AS (
    SELECT
        customer_no, observed_on, detail,
        CASE
            WHEN regexp_matches(folded(detail), '\bei (ole )?(enaa )?(toimi|aktiiv)|\bin ?a[ck]ti[iv]|\bnot active|toiminta .*(paatty|lakan|loppu)|verksamheten .*upphor') AND NOT contains(folded(detail), 'konkurs') THEN 'struck_off'
            WHEN regexp_matches(folded(detail), 'peru[tu]|raukes|kumot|kumou|revoked|annulled|aterkall|verksam\b|rauen|paattyn|jatkuu|aktiiv|aktiv|active|toiminnassa|normaali|normal|upphavd|fortsatt') THEN 'active'
            WHEN regexp_matches(folded(detail), 'konkurs|bankrupt|insolven') THEN 'bankrupt'
            WHEN regexp_matches(folded(detail), 'selvitystil|likvidation|liquidation|purkaut|purettu|saneeraus') THEN 'liquidation'
            WHEN regexp_matches(folded(detail), 'poistettu|lakan|lopet|avford|avregistr|upphort|struck|dissolved|ceased|removed|deleted|closed') THEN 'struck_off'
        END AS company_status
    FROM evidence
    WHERE signal = 'company_status' AND observed_on <= CAST($as_of AS DATE)
),
latest AS (
    SELECT * FROM told WHERE company_status IS NOT NULL
    -- guard: revoked
    QUALIFY row_number() OVER (PARTITION BY customer_no ORDER BY observed_on DESC, detail) = 1
    -- end guard
)
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {
        'customer_no': c.customer_no, 'company_status': l.company_status, 'observed_on': l.observed_on, 'detail': l.detail,
        'payer': CASE WHEN l.company_status = 'bankrupt' THEN 'bankruptcy_estate' END
    } AS evidence,
    CASE
        WHEN l.company_status = 'bankrupt' AND coalesce(c.billing_name, c.name) IS NOT NULL AND NOT coalesce(contains(folded(c.billing_name), 'konkurs'), FALSE)
            THEN [change('customers', c.customer_no, 'billing_name', coalesce(c.name, c.billing_name) || CASE WHEN c.language = 'sv' THEN ' konkursbo' ELSE ' konkurssipesä' END)]
    END AS proposal
FROM latest AS l
INNER JOIN customers AS c USING (customer_no)
WHERE
    l.company_status <> 'active'
    -- guard: ended
    AND NOT (coalesce(c.status = 'ended', FALSE) AND c.customer_no NOT IN (SELECT customer_no FROM customer_sites))
    -- end guard
