-- id = "S05"
-- title.fi = "Laskuja tai maksuja ei ole ollut pitkään aikaan"
-- title.sv = "Inga fakturor eller betalningar på länge"
-- title.en = "Neither bill nor payment for long"
-- summary.fi = "Asiakkaalla {customer_no} on palveluja, mutta viimeisin lasku tai maksu on {last_bill_on}.[ Muita herätteitä: {signals}.]"
-- summary.sv = "Kund {customer_no} har tjänster, men den senaste fakturan eller betalningen är {last_bill_on}.[ Andra tecken: {signals}.]"
-- summary.en = "Customer {customer_no} has services, but the last bill or payment is {last_bill_on}.[ Other signals: {signals}.]"
-- severity = "review"
-- severities = ["info"]
-- ends_in = "task"
-- asks.fi = "Selvitä, kuka palveluista maksaa."
-- asks.sv = "Ta reda på vem som betalar för tjänsterna."
-- asks.en = "Find out who pays for the services."
-- way = "call"
-- why = "Who has services is billed. A year and a half without bill or payment means a customer that is no longer there, or services that nobody pays for. Alone it informs; with an independent signal it asks for a review."
-- subjects = "customers"
-- uses = ["current_roles", "active_services", "members", "signals", "silence"]
-- parameters = ["stale.no_bill_months", "stale.bill_feed_share"]
-- [guards]
-- new_customer = "A new customer has no old bills."
-- feed = "When most customers have no bills, the bills' feed is missing."
-- paused = "Nothing is billed while everything is paused."
-- shared_bin = "Where one pays for a shared bin, the others get no bill."
-- payer = "Somebody else pays for the site, and this customer for none."
WITH holders AS (
    SELECT
        customer_no, min(start_on) AS since_on, bool_and(is_paused) AS all_paused,
        bool_and(bin_group_no IS NOT NULL OR is_member_site) AS all_shared
    FROM (
        SELECT s.*, EXISTS (
            SELECT 1 FROM active_members AS m
            WHERE m.site_no = s.site_no AND m.waste_type = s.waste_type AND NOT m.is_host
        ) AS is_member_site
        FROM active_services AS s
    )
    GROUP BY customer_no
),
feed AS (
    SELECT
        count(*) FILTER (b.last_bill_on >= CAST($as_of AS DATE) - to_months($no_bill_months)) AS billed, count(*) AS holders
    FROM holders AS h LEFT JOIN last_bills AS b USING (customer_no)
),
shared_without_bill AS (
    SELECT m.customer_no
    FROM active_members AS m
    WHERE m.billing = 'one_payer' AND NOT m.is_host AND m.customer_no IS NOT NULL
),
paid_by_others AS (
    SELECT DISTINCT h.customer_no
    FROM customer_sites AS h
    INNER JOIN current_roles AS p ON p.site_no = h.site_no AND p.role = 'payer' AND p.customer_no <> h.customer_no
    WHERE h.customer_no NOT IN (SELECT customer_no FROM current_roles WHERE role = 'payer')
),
others AS (
    SELECT customer_no, list(DISTINCT signal ORDER BY signal) AS signals FROM (
        SELECT customer_no, signal FROM weak_signals WHERE signal <> 'no_bill'
        UNION ALL
        SELECT customer_no, 'no_emptying' FROM bin_silence
        WHERE
            silent_days > limit_days AND NOT is_seasonal AND NOT is_paused AND NOT is_on_call AND NOT is_area_point
            AND bin_group_no IS NULL AND feed_reaches_on - since_on > limit_days
    )
    GROUP BY customer_no
)
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {
        'customer_no': c.customer_no, 'last_bill_on': b.last_bill_on, 'since_on': coalesce(c.created_on, h.since_on),
        'signals': coalesce(o.signals, [])
    } AS evidence,
    CASE WHEN o.signals IS NULL THEN 'info' END AS severity,
    CASE WHEN o.signals IS NULL THEN 'figure' END AS ends_in
FROM holders AS h
INNER JOIN customers AS c USING (customer_no)
CROSS JOIN feed AS f
LEFT JOIN last_bills AS b USING (customer_no)
LEFT JOIN others AS o USING (customer_no)
WHERE
    coalesce(b.last_bill_on < CAST($as_of AS DATE) - to_months($no_bill_months), TRUE)
    AND coalesce(c.status <> 'ended', TRUE)
    -- guard: new_customer
    AND coalesce(greatest(c.created_on, h.since_on) < CAST($as_of AS DATE) - to_months($no_bill_months), TRUE)
    -- end guard
    -- guard: feed
    AND f.billed >= $bill_feed_share * f.holders
    -- end guard
    -- guard: paused
    AND NOT h.all_paused
    -- end guard
    -- guard: shared_bin
    AND NOT (h.all_shared AND c.customer_no IN (SELECT customer_no FROM shared_without_bill))
    -- end guard
    -- guard: payer
    AND c.customer_no NOT IN (SELECT customer_no FROM paid_by_others)
    -- end guard
