-- id = "S15"
-- title.fi = "Astiaa tyhjennetään, mutta kukaan ei saa laskua"
-- title.sv = "Kärlet töms men ingen får någon faktura"
-- title.en = "A bin is emptied but nobody is billed"
-- summary.fi = "Asiakkaan {customer_no} palvelua {service_no} ({waste_type}) on tyhjennetty {emptied} {emptied?kerran|kertaa}, viimeksi {last_emptied_on}, mutta siitä ei ole laskutettu ketään[ sitten {last_bill_on}]."
-- summary.sv = "Tjänsten {service_no} ({waste_type}) hos kund {customer_no} har tömts {emptied} {emptied?gång|gånger}, senast {last_emptied_on}, men ingen har fakturerats[ sedan {last_bill_on}]."
-- summary.en = "Service {service_no} ({waste_type}) of customer {customer_no} was emptied {emptied} {emptied?time|times}, last {last_emptied_on}, but nobody was billed[ since {last_bill_on}]."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Selvitä, kenen kuuluu maksaa tyhjennyksistä."
-- asks.sv = "Ta reda på vem som ska betala för tömningarna."
-- asks.en = "Find out who should pay for the emptyings."
-- way = "look_up"
-- why = "The lorry comes, and no bill went to the customer, to another account of the same party, to the payer of the site, or to anybody who shares the bin: a payer is missing, or a contract fell out of billing."
-- subjects = "customers, services"
-- uses = ["history", "current_roles", "active_services", "shared_bins", "members", "contacts", "signals", "silence", "rounds"]
-- parameters = ["stale.history_months", "stale.billing_months", "stale.bill_feed_share", "stale.outage_min_services"]
-- [guards]
-- payer = "Another account of the same party, or the payer of the site, gets the bill."
-- shared_bin = "Those who share a bin are billed in its holder's stead."
-- one_line = "One line may bill several contracts for the same waste at one site, under the number of one of them."
-- new_contract = "Who is emptied since lately gets the first bill later."
-- feed = "When most of those who are emptied have no bills, the bills' feed is missing."
WITH emptied AS (
    SELECT a.*, r.emptied, r.first_on, r.last_on
    FROM active_services AS a INNER JOIN rounds AS r USING (service_no)
    WHERE r.emptied >= 2
),
payers AS (
    SELECT service_no, customer_no FROM emptied
    -- guard: payer
    UNION
    SELECT e.service_no, b.customer_no
    FROM emptied AS e INNER JOIN clusters AS a USING (customer_no) INNER JOIN clusters AS b USING (cluster_id)
    UNION
    SELECT e.service_no, p.customer_no FROM emptied AS e INNER JOIN current_roles AS p ON p.site_no = e.site_no AND p.role = 'payer'
    -- end guard
    -- guard: shared_bin
    UNION
    SELECT e.service_no, m.customer_no
    FROM emptied AS e
    INNER JOIN (
        SELECT bin_group_no, customer_no FROM active_members
        UNION SELECT bin_group_no, customer_no FROM group_contacts
        UNION SELECT bin_group_no, host_customer_no FROM group_hosts
    ) AS m USING (bin_group_no)
    -- end guard
),
-- A bill that names another contract is for that one; one that names none may be for all.
bills AS (
    SELECT service_no, last_on FROM service_bills
    UNION ALL
    SELECT p.service_no, b.last_whole_on FROM payers AS p INNER JOIN customer_bills AS b USING (customer_no)
    UNION ALL
    SELECT p.service_no, b.last_bill_on FROM payers AS p INNER JOIN told_bills AS b USING (customer_no)
    -- guard: shared_bin
    UNION ALL
    SELECT e.service_no, b.last_on
    FROM emptied AS e
    INNER JOIN services AS o ON o.bin_group_no = e.bin_group_no
    INNER JOIN service_bills AS b ON b.service_no = o.service_no
    UNION ALL
    -- Shares are billed to members under whatever number.
    SELECT p.service_no, b.last_on
    FROM emptied AS e INNER JOIN payers AS p USING (service_no) INNER JOIN customer_bills AS b ON b.customer_no = p.customer_no
    WHERE e.bin_group_no IS NOT NULL
    -- end guard
    -- guard: one_line
    UNION ALL
    SELECT e.service_no, b.last_on
    FROM emptied AS e
    INNER JOIN services AS o ON o.site_no = e.site_no AND o.waste_type IS NOT DISTINCT FROM e.waste_type
    INNER JOIN service_bills AS b ON b.service_no = o.service_no
    -- end guard
),
judged AS (
    SELECT
        e.*, b.last_bill_on,
        coalesce(b.last_bill_on <= CAST($as_of AS DATE) - to_months($history_months), TRUE) AS is_missing
    FROM emptied AS e
    LEFT JOIN (SELECT service_no, max(last_on) AS last_bill_on FROM bills GROUP BY service_no) AS b USING (service_no)
)
SELECT
    [subject('customers', customer_no), subject('services', service_no)] AS subjects,
    {
        'customer_no': customer_no, 'service_no': service_no, 'site_no': site_no, 'waste_type': waste_type,
        'emptied': emptied, 'last_emptied_on': last_on, 'last_bill_on': last_bill_on,
        'basis': {'service_no': service_no, 'last_bill_on': last_bill_on}
    } AS evidence
FROM judged
WHERE
    is_missing
    AND customer_no IN (SELECT customer_no FROM customers)
    AND EXISTS (SELECT 1 FROM customer_bills)
    -- guard: new_contract
    AND first_on < CAST($as_of AS DATE) - to_months($billing_months)
    AND coalesce(start_on < CAST($as_of AS DATE) - to_months($billing_months), TRUE)
    -- end guard
    -- guard: feed
    AND (SELECT count(*) < $outage_min_services OR count(*) FILTER (NOT is_missing) >= $bill_feed_share * count(*) FROM judged)
    AND service_no NOT IN (SELECT service_no FROM missing_feeds('judged', 1 - $bill_feed_share, $outage_min_services))
    -- end guard
