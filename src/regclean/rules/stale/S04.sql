-- id = "S04"
-- title.fi = "Astiaa ei ole tyhjennetty pitkään aikaan"
-- title.sv = "Kärlet har inte tömts på länge"
-- title.en = "The bin has not been emptied for long"
-- summary.fi = "Asiakkaan {customer_no} palvelua {service_no} ({waste_type}) on viimeksi tyhjennetty {last_emptied_on}; tyhjennysväli on {interval_weeks} viikkoa.[ Muita herätteitä: {signals}.]"
-- summary.sv = "Tjänsten {service_no} ({waste_type}) hos kund {customer_no} tömdes senast {last_emptied_on}; tömningsintervallet är {interval_weeks} veckor.[ Andra tecken: {signals}.]"
-- summary.en = "Service {service_no} ({waste_type}) of customer {customer_no} was last emptied {last_emptied_on}; its interval is {interval_weeks} weeks.[ Other signals: {signals}.]"
-- severity = "review"
-- severities = ["info"]
-- ends_in = "task"
-- asks.fi = "Selvitä kuljettajalta tai asiakkaalta, onko astia käytössä."
-- asks.sv = "Ta reda på av föraren eller kunden om kärlet används."
-- asks.en = "Ask the driver or the customer whether the bin is in use."
-- way = "visit"
-- why = "No emptying for more than three intervals, and at least six months, though the bin is under contract: somebody should look at the site. Silence alone informs; with an independent signal it asks for a review. Nothing is ended by it."
-- subjects = "customers, services"
-- uses = ["shared_bins", "members", "signals", "silence"]
-- parameters = ["stale.silent_seasons"]
-- [guards]
-- seasonal = "A summer cottage is silent from October to April: only whole seasons count, and two of them."
-- paused = "A paused bin is silent because it was asked to be; after the pause counting starts anew."
-- shared_bin = "A member of a shared bin is judged by the host's bin alone."
-- area_point = "A site served by an area collection point has no emptyings."
-- on_call = "A tank that is emptied when ordered may wait."
-- outage = "Where a contractor's emptyings are missing, silence is counted only to the day their data reaches."
SELECT
    [subject('customers', s.customer_no), subject('services', s.service_no)] AS subjects,
    {
        'customer_no': s.customer_no, 'service_no': s.service_no, 'site_no': s.site_no, 'waste_type': s.waste_type,
        'last_emptied_on': s.last_emptied_on, 'start_on': s.start_on, 'interval_weeks': s.interval_weeks,
        'silent_days': s.silent_days, 'limit_days': s.limit_days, 'silent_seasons': s.silent_seasons,
        'is_seasonal': s.is_seasonal, 'signals': coalesce(w.signals, []),
        'basis': {
            'service_no': s.service_no, 'last_emptied_on': s.last_emptied_on, 'interval_weeks': s.interval_weeks,
            'signals': coalesce(w.signals, [])
        }
    } AS evidence,
    CASE WHEN w.signals IS NULL THEN 'info' END AS severity,
    CASE WHEN w.signals IS NULL THEN 'figure' END AS ends_in
FROM bin_silence AS s
INNER JOIN customers AS c ON c.customer_no = s.customer_no
LEFT JOIN (
    SELECT customer_no, list(DISTINCT signal ORDER BY signal) AS signals FROM weak_signals GROUP BY customer_no
) AS w ON w.customer_no = s.customer_no
WHERE
    s.silent_days > s.limit_days
    -- guard: seasonal
    AND (NOT s.is_seasonal OR s.silent_seasons >= $silent_seasons)
    -- end guard
    -- guard: paused
    AND NOT s.is_paused
    AND coalesce(s.feed_reaches_on - s.paused_to > s.limit_days, TRUE)
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
    AND s.feed_reaches_on - s.since_on > s.limit_days
    -- end guard
