-- uses = ["macros", "history"]

-- Contracts that hold on the day, with what decides whether their silence means anything.
CREATE OR REPLACE TEMP TABLE active_services AS
SELECT
    s.service_no, s.customer_no, s.site_no, s.waste_type, s.bin_litres, s.bin_count, s.interval_weeks, s.start_on, s.end_on,
    s.bin_group_no, greatest(s.last_emptied_on, e.last_on) AS last_emptied_on, s.paused_from, s.paused_to,
    s.contractor, t.postal_code, t.use, t.building_state, coalesce(t.municipality_code, p.municipality_code) AS municipality_code,
    coalesce(s.season_start, $season_start) AS season_start, coalesce(s.season_end, $season_end) AS season_end,
    coalesce(s.paused_from <= CAST($as_of AS DATE) AND coalesce(s.paused_to >= CAST($as_of AS DATE), TRUE), FALSE) AS is_paused,
    (s.season_start IS NOT NULL AND s.season_end IS NOT NULL)
        OR coalesce(t.use = 'leisure', FALSE) OR coalesce(t.building_state = '03', FALSE) AS is_seasonal,
    coalesce(list_contains(CAST($on_call_waste_types AS TEXT[]), s.waste_type), FALSE) OR s.interval_weeks IS NULL AS is_on_call,
    coalesce(s.waste_type = 'area_collection', FALSE) AS is_area_point
FROM services AS s
LEFT JOIN emptying_totals AS e ON e.service_no = s.service_no
LEFT JOIN sites AS t ON t.site_no = s.site_no
LEFT JOIN reference_postcodes AS p ON p.postal_code = t.postal_code
WHERE holds_on(CAST($as_of AS DATE), s.start_on, s.end_on);
