-- id = "S14"
-- title.fi = "Astiaa laskutetaan, vaikka sitä ei tyhjennetä"
-- title.sv = "Kärlet faktureras fast det inte töms"
-- title.en = "A bin is billed but not emptied"
-- summary.fi = "Asiakkaan {customer_no} palvelua {service_no} ({waste_type}) on laskutettu viimeksi {last_bill_on}, mutta sitä ei ole tyhjennetty[ sitten {last_emptied_on}]."
-- summary.sv = "Tjänsten {service_no} ({waste_type}) hos kund {customer_no} fakturerades senast {last_bill_on}, men den har inte tömts[ sedan {last_emptied_on}]."
-- summary.en = "Service {service_no} ({waste_type}) of customer {customer_no} was last billed {last_bill_on}, but has not been emptied[ since {last_emptied_on}]."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Selvitä kuljettajalta, onko astia käytössä, ja korjaa lasku."
-- asks.sv = "Ta reda på av föraren om kärlet används, och rätta fakturan."
-- asks.en = "Find out from the driver whether the bin is in use, and put the bill right."
-- way = "call"
-- why = "Bills name the contract, and for more than three intervals no lorry has emptied the bin: either the bin is gone and the bill is wrong, or it stands full."
-- subjects = "customers, services"
-- uses = ["history", "shared_bins", "members", "silence", "rounds"]
-- parameters = ["stale.silent_seasons", "stale.history_months"]
-- [guards]
-- seasonal = "A summer cottage is billed in winter too: only whole seasons count, and two of them."
-- paused = "A paused bin is silent because it was asked to be; after the pause counting starts anew."
-- shared_bin = "A member of a shared bin is judged by the host's bin alone."
-- area_point = "A site served by an area collection point has no emptyings."
-- on_call = "A tank that is emptied when ordered may wait."
-- outage = "Where most bins of an area or of a contractor have no emptyings, the contractor's data is missing."
SELECT
    [subject('customers', s.customer_no), subject('services', s.service_no)] AS subjects,
    {
        'customer_no': s.customer_no, 'service_no': s.service_no, 'site_no': s.site_no, 'waste_type': s.waste_type,
        'last_emptied_on': s.last_emptied_on, 'last_bill_on': b.last_on, 'interval_weeks': s.interval_weeks,
        'silent_days': s.silent_days, 'limit_days': s.limit_days,
        'basis': {'service_no': s.service_no, 'last_emptied_on': s.last_emptied_on}
    } AS evidence
FROM bin_silence AS s
INNER JOIN service_bills AS b USING (service_no)
INNER JOIN customers AS c ON c.customer_no = s.customer_no
WHERE
    coalesce(s.silent_days > s.limit_days, TRUE)
    AND b.last_on > CAST($as_of AS DATE) - to_months($history_months)
    -- What was billed soon after the last emptying was billed for it.
    AND coalesce(b.last_on > s.since_on + CAST(greatest(60, 14 * coalesce(s.interval_weeks, 4)) AS INTEGER), TRUE)
    -- guard: seasonal
    AND (NOT s.is_seasonal OR s.silent_seasons >= $silent_seasons)
    -- end guard
    -- guard: paused
    AND NOT s.is_paused
    AND coalesce(CAST($as_of AS DATE) - s.paused_to > s.limit_days, TRUE)
    -- end guard
    -- guard: shared_bin
    AND (
        s.bin_group_no IS NULL
        OR EXISTS (
            SELECT 1 FROM group_hosts AS h
            WHERE h.bin_group_no = s.bin_group_no AND coalesce(h.host_site_no = s.site_no, h.host_customer_no = s.customer_no)
        )
    )
    AND NOT EXISTS (
        SELECT 1 FROM active_members AS m
        WHERE m.waste_type = s.waste_type AND NOT m.is_host AND m.site_no = s.site_no
    )
    -- end guard
    -- guard: area_point
    AND NOT s.is_area_point
    -- end guard
    -- guard: on_call
    AND NOT s.is_on_call
    -- end guard
    -- guard: outage
    AND s.service_no IN (SELECT service_no FROM told_bins)
    AND coalesce(s.feed_reaches_on - s.since_on > s.limit_days, TRUE)
    -- end guard
    -- Without any emptyings nothing can be said.
    AND EXISTS (SELECT 1 FROM rounds WHERE emptied > 0)
