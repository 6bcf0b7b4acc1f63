-- id = "S12"
-- title.fi = "Entisen asiakkaan astiaa tyhjennetään yhä"
-- title.sv = "Den tidigare kundens kärl töms fortfarande"
-- title.en = "A former customer's bin is still emptied"
-- summary.fi = "Asiakas {customer_no} on merkitty entiseksi, mutta palvelua {service_no} on tyhjennetty {last_emptied_on}."
-- summary.sv = "Kund {customer_no} är märkt som tidigare, men tjänsten {service_no} tömdes {last_emptied_on}."
-- summary.en = "Customer {customer_no} is marked as former, but service {service_no} was emptied {last_emptied_on}."
-- severity = "error"
-- ends_in = "change"
-- asks.fi = "Selvitä, kenen jätettä noudetaan ja kuka siitä maksaa."
-- asks.sv = "Ta reda på vems avfall som hämtas och vem som betalar."
-- asks.en = "Find out whose waste is collected and who pays for it."
-- way = "visit"
-- why = "The register and the lorry contradict each other: either the customer is still one, or somebody's waste is collected that nobody pays for."
-- subjects = "customers"
-- uses = ["macros", "history", "silence"]
-- parameters = ["stale.ended_grace_days"]
-- [guards]
-- last_round = "The last emptying may come a little after the end."
WITH emptied AS (
    SELECT
        s.customer_no, s.service_no, greatest(s.last_emptied_on, m.last_on) AS last_emptied_on, s.end_on,
        b.service_no IS NOT NULL AS is_active, coalesce(b.feed_reaches_on, CAST($as_of AS DATE)) AS told_until,
        CAST(greatest(14 * coalesce(s.interval_weeks, 4), $ended_grace_days) AS INTEGER) AS grace_days,
        coalesce(t.use = 'leisure', FALSE) OR coalesce(t.building_state = '03', FALSE) OR s.season_start IS NOT NULL AS is_seasonal
    FROM services AS s
    LEFT JOIN sites AS t USING (site_no)
    LEFT JOIN bin_silence AS b USING (service_no)
    LEFT JOIN emptying_totals AS m USING (service_no)
    WHERE greatest(s.last_emptied_on, m.last_on) <= CAST($as_of AS DATE)
)
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {
        'customer_no': c.customer_no, 'status': any_value(c.status), 'relationship': any_value(c.relationship),
        'service_no': arg_max(e.service_no, e.last_emptied_on), 'last_emptied_on': max(e.last_emptied_on),
        'services': list(DISTINCT e.service_no ORDER BY e.service_no),
        'basis': {'status': any_value(c.status), 'relationship': any_value(c.relationship), 'services': list(DISTINCT e.service_no ORDER BY e.service_no)}
    } AS evidence,
    -- Under a contract that holds and is carried out, the customer is one.
    CASE WHEN bool_or(e.is_active) THEN list_filter(
        [
            CASE WHEN any_value(c.status) = 'ended' THEN change('customers', c.customer_no, 'status', 'active') END,
            CASE WHEN any_value(c.relationship) = 'former' THEN change('customers', c.customer_no, 'relationship', 'regular') END
        ],
        lambda cell: cell IS NOT NULL
    ) END AS proposal
FROM customers AS c
INNER JOIN emptied AS e USING (customer_no)
WHERE
    (c.status = 'ended' OR c.relationship = 'former')
    AND (
        (e.is_active AND e.last_emptied_on > e.told_until - CASE WHEN e.is_seasonal THEN 366 ELSE e.grace_days END)
        OR (
            e.last_emptied_on > e.end_on
            -- guard: last_round
            AND e.last_emptied_on > e.end_on + $ended_grace_days
            -- end guard
        )
    )
GROUP BY c.customer_no
