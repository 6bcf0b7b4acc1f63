-- id = "S16"
-- title.fi = "Päättynyttä sopimusta tyhjennetään yhä"
-- title.sv = "Ett avslutat avtal töms fortfarande"
-- title.en = "An ended contract is still emptied"
-- summary.fi = "Asiakkaan {customer_no} palvelu {service_no} ({waste_type}) päättyi {end_on}, mutta sitä on sen jälkeen tyhjennetty {emptied} {emptied?kerran|kertaa}, viimeksi {last_emptied_on}."
-- summary.sv = "Tjänsten {service_no} ({waste_type}) hos kund {customer_no} upphörde {end_on}, men har därefter tömts {emptied} {emptied?gång|gånger}, senast {last_emptied_on}."
-- summary.en = "Service {service_no} ({waste_type}) of customer {customer_no} ended {end_on}, but was emptied {emptied} {emptied?time|times} since, last {last_emptied_on}."
-- severity = "error"
-- ends_in = "task"
-- asks.fi = "Selvitä, kenen jätettä noudetaan ja kuka siitä maksaa."
-- asks.sv = "Ta reda på vems avfall som hämtas och vem som betalar."
-- asks.en = "Find out whose waste is collected and who pays for it."
-- way = "visit"
-- why = "The contract has ended and the lorry still comes: the bin was left behind, somebody else uses it, or the end is wrong. A customer who has ended altogether is S12."
-- subjects = "customers, services"
-- uses = ["macros", "history"]
-- parameters = ["stale.ended_grace_days", "stale.history_months"]
-- [guards]
-- last_round = "The last emptying may come a little after the end."
-- followed = "Under a new contract for the same waste at the site the emptyings are paid for, whatever number they bear."
WITH late AS (
    SELECT s.service_no, s.customer_no, s.site_no, s.waste_type, s.end_on, e.emptied_on
    FROM services AS s
    INNER JOIN emptying_totals AS t USING (service_no)
    INNER JOIN emptyings AS e USING (service_no)
    WHERE
        s.end_on <= CAST($as_of AS DATE) AND coalesce(s.start_on <= s.end_on, TRUE) AND t.last_on > s.end_on
        AND t.last_on > CAST($as_of AS DATE) - to_months($history_months)
        AND e.emptied_on > s.end_on AND e.emptied_on <= CAST($as_of AS DATE)
        AND (e.outcome NOT IN (SELECT outcome FROM vain_outcomes)) IS NOT FALSE
        -- guard: last_round
        AND e.emptied_on > s.end_on + $ended_grace_days
        -- end guard
)
SELECT
    [subject('customers', l.customer_no), subject('services', l.service_no)] AS subjects,
    {
        'customer_no': l.customer_no, 'service_no': l.service_no, 'site_no': any_value(l.site_no), 'waste_type': any_value(l.waste_type),
        'end_on': any_value(l.end_on), 'emptied': count(DISTINCT l.emptied_on), 'last_emptied_on': max(l.emptied_on),
        'basis': {'service_no': l.service_no, 'end_on': any_value(l.end_on)}
    } AS evidence
FROM late AS l
INNER JOIN customers AS c ON c.customer_no = l.customer_no
WHERE
    coalesce(c.status <> 'ended', TRUE) AND coalesce(c.relationship <> 'former', TRUE)
    -- guard: followed
    AND NOT EXISTS (
        SELECT 1 FROM services AS o
        WHERE
            o.site_no = l.site_no AND o.waste_type IS NOT DISTINCT FROM l.waste_type AND o.service_no <> l.service_no
            AND holds_on(l.emptied_on, o.start_on, o.end_on)
    )
    -- end guard
GROUP BY l.customer_no, l.service_no
