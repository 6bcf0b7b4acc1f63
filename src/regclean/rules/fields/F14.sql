-- id = "F14"
-- title.fi = "Asiakassuhde ei vastaa palveluja"
-- title.sv = "Kundrelationen motsvarar inte tjänsterna"
-- title.en = "The relationship contradicts the services"
-- summary.fi = "Asiakkaan {customer_no} asiakassuhde on {relationship}, mutta: {reason}[ ({detail})]."
-- summary.sv = "Relationen för kund {customer_no} är {relationship}, men: {reason}[ ({detail})]."
-- summary.en = "The relationship of customer {customer_no} is {relationship}, but: {reason}[ ({detail})]."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Päätä, onko yksityinen asiakas avainasiakas."
-- asks.sv = "Avgör om privatkunden är en nyckelkund."
-- asks.en = "Decide whether the consumer is a key customer."
-- way = "look_up"
-- why = "The relationship is computed from contracts and shared bins and compared with the register. A key customer is never downgraded by a rule; a statutory site is never lost."
-- subjects = "customers"
-- uses = ["macros", "active_services", "shared_bins", "members", "contacts"]
-- parameters = ["relationship.consumer_kinds"]
-- [guards]
-- company = "Companies may be key customers."
WITH live AS (
    SELECT
        c.customer_no, c.kind, c.relationship,
        (SELECT min(s.service_no) FROM active_services AS s WHERE s.customer_no = c.customer_no) AS service_no,
        (
            SELECT min(m.bin_group_no) FROM (
                SELECT bin_group_no, customer_no FROM active_members
                UNION ALL SELECT bin_group_no, customer_no FROM group_contacts
                UNION ALL SELECT bin_group_no, host_customer_no FROM group_hosts
            ) AS m WHERE m.customer_no = c.customer_no
        ) AS bin_group_no
    FROM customers AS c
    WHERE c.relationship IN ('former', 'potential', 'key')
),
reasons AS (
    SELECT
        *,
        CASE
            WHEN relationship = 'former' AND bin_group_no IS NOT NULL THEN 'in_open_bin_group'
            WHEN relationship IN ('former', 'potential') AND service_no IS NOT NULL THEN 'active_service'
            WHEN relationship = 'potential' AND bin_group_no IS NOT NULL THEN 'in_open_bin_group'
            WHEN
                relationship = 'key'
                -- guard: company
                AND list_contains(CAST($consumer_kinds AS TEXT[]), kind)
                -- end guard
                THEN 'consumer_as_key'
        END AS reason
    FROM live
)
SELECT
    [subject('customers', customer_no, 'relationship')] AS subjects,
    {
        'customer_no': customer_no, 'column': 'relationship', 'relationship': relationship, 'reason': reason,
        'detail': CASE reason WHEN 'in_open_bin_group' THEN bin_group_no WHEN 'active_service' THEN service_no END,
        'computed': CASE WHEN reason = 'consumer_as_key' THEN NULL ELSE 'regular' END
    } AS evidence,
    CASE WHEN reason <> 'consumer_as_key' THEN [change('customers', customer_no, 'relationship', 'regular')] END AS proposal
FROM reasons
WHERE reason IS NOT NULL
