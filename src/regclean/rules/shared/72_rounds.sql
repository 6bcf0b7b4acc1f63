-- uses = ["history", "active_services", "silence"]

-- The rounds of the last months: days on which each bin was emptied, and on which the lorry came in vain.
CREATE OR REPLACE TEMP TABLE rounds AS
SELECT
    service_no, count(*) FILTER (NOT in_vain) AS emptied, count(*) FILTER (in_vain) AS in_vain,
    min(emptied_on) FILTER (NOT in_vain) AS first_on, max(emptied_on) FILTER (NOT in_vain) AS last_on
FROM (
    SELECT service_no, emptied_on, bool_and(coalesce(outcome IN (SELECT outcome FROM vain_outcomes), FALSE)) AS in_vain
    FROM emptyings
    WHERE emptied_on > CAST($as_of AS DATE) - to_months($history_months) AND emptied_on <= CAST($as_of AS DATE)
    GROUP BY service_no, emptied_on
)
GROUP BY service_no;

-- Bins of which the events would tell: no feed of theirs is missing. `told_from`: since when.
CREATE OR REPLACE TEMP TABLE told_bins AS
WITH judged AS (
    SELECT a.*, r.first_on, r.emptied IS NULL OR r.emptied = 0 AS is_missing
    FROM active_services AS a
    LEFT JOIN rounds AS r USING (service_no)
    WHERE NOT a.is_paused AND NOT a.is_area_point AND NOT a.is_on_call
),
scopes AS (
    SELECT scope, min(first_on) AS told_from
    FROM (SELECT unnest(feed_scopes(municipality_code, postal_code, contractor, waste_type)) AS scope, first_on FROM judged)
    GROUP BY scope
)
SELECT service_no, coalesce(min(told_from), (SELECT min(first_on) FROM rounds)) AS told_from
FROM (
    SELECT service_no, unnest(feed_scopes(municipality_code, postal_code, contractor, waste_type)) AS scope FROM active_services
)
LEFT JOIN scopes USING (scope)
WHERE EXISTS (SELECT 1 FROM rounds WHERE emptied > 0)
    AND service_no NOT IN (SELECT service_no FROM missing_feeds('judged', $outage_share, $outage_min_services))
GROUP BY service_no;
