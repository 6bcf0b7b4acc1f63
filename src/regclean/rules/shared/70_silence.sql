-- uses = ["active_services"]

-- The narrowest feed that a bin's emptyings come by.
CREATE OR REPLACE TEMP MACRO own_feed(postal_code, contractor, waste_type) AS
    'contractor ' || contractor || ' in ' || coalesce(postal_code, '') || ' ' || coalesce(waste_type, '');

-- The feeds that a bin's emptyings may come by.
CREATE OR REPLACE TEMP MACRO feed_scopes(municipality_code, postal_code, contractor, waste_type) AS list_filter(
    [
        'town ' || coalesce(municipality_code, '') || ' ' || coalesce(waste_type, ''),
        'area ' || postal_code || ' ' || coalesce(waste_type, ''), 'area ' || postal_code,
        'contractor ' || contractor || ' ' || coalesce(waste_type, ''), 'contractor ' || contractor,
        'contractor ' || contractor || ' in ' || postal_code, own_feed(postal_code, contractor, waste_type)
    ],
    lambda scope: scope IS NOT NULL
);

-- Which feeds of which bins are missing, by bins that were judged (`is_missing`): a contractor whose data does not come makes
-- most bins of a town, of a part of it, or of its own look silent. Where the area or the bin's own feed is heard of, no
-- silence of a wider feed is the bin's.
CREATE OR REPLACE TEMP MACRO missing_feeds(judged, share, least_bins) AS TABLE
WITH scopes AS (
    SELECT
        postal_code, own_feed(postal_code, contractor, waste_type) AS own, is_missing,
        unnest(feed_scopes(municipality_code, postal_code, contractor, waste_type)) AS scope
    FROM query_table(judged)
),
missing AS (
    SELECT scope FROM scopes GROUP BY scope HAVING count(*) >= least_bins AND count(*) FILTER (is_missing) > share * count(*)
),
heard_areas AS (
    SELECT scope, postal_code FROM scopes GROUP BY scope, postal_code HAVING count(*) FILTER (is_missing) <= share * count(*)
),
heard_feeds AS (
    SELECT scope AS own FROM scopes
    WHERE scope = own
    GROUP BY scope
    HAVING count(*) >= least_bins AND count(*) FILTER (is_missing) <= share * count(*)
)
SELECT service_no, scope
FROM (
    SELECT
        service_no, postal_code, own_feed(postal_code, contractor, waste_type) AS own,
        unnest(feed_scopes(municipality_code, postal_code, contractor, waste_type)) AS scope
    FROM active_services
)
INNER JOIN missing USING (scope)
ANTI JOIN heard_areas USING (scope, postal_code)
ANTI JOIN heard_feeds USING (own);

-- How long each bin has been silent, and how long it may be.
CREATE OR REPLACE TEMP TABLE bin_silence AS
WITH measured AS (
    SELECT
        s.*, coalesce(s.last_emptied_on, s.start_on) AS since_on,
        greatest(
            CAST($as_of AS DATE) - CAST(CAST($as_of AS DATE) - to_months($silence_months) AS DATE),
            CAST(ceil($silence_intervals * 7 * coalesce(s.interval_weeks, 0)) AS INTEGER)
        ) AS limit_days
    FROM active_services AS s
),
judged AS (
    SELECT service_no, municipality_code, waste_type, postal_code, contractor, last_emptied_on, CAST($as_of AS DATE) - last_emptied_on > 14 * coalesce(interval_weeks, 4) + 28 AS is_missing
    FROM measured
    WHERE last_emptied_on IS NOT NULL AND NOT is_paused AND NOT is_area_point AND NOT is_on_call AND NOT is_seasonal
),
-- To which day the data of a missing feed reaches.
reaches AS (
    SELECT scope, quantile_disc(last_emptied_on, 0.98) FILTER (is_missing) AS reaches_on
    FROM (SELECT unnest(feed_scopes(municipality_code, postal_code, contractor, waste_type)) AS scope, last_emptied_on, is_missing FROM judged)
    GROUP BY scope
),
reached AS (
    SELECT service_no, min(reaches_on) AS reaches_on
    FROM missing_feeds('judged', $outage_share, $outage_min_services) INNER JOIN reaches USING (scope)
    GROUP BY service_no
)
SELECT
    m.*, CAST($as_of AS DATE) - m.since_on AS silent_days, coalesce(f.reaches_on, CAST($as_of AS DATE)) AS feed_reaches_on, f.service_no IS NOT NULL AS in_outage,
    -- Whole seasons since the last emptying: first season that began after it … last season that is over.
    greatest(0,
        year(CAST($as_of AS DATE))
        - CASE WHEN m.season_end >= strftime(CAST($as_of AS DATE), '%m-%d') THEN 1 ELSE 0 END
        - CASE WHEN m.season_end < m.season_start THEN 1 ELSE 0 END
        - year(m.since_on) - CASE WHEN strftime(m.since_on, '%m-%d') >= m.season_start THEN 1 ELSE 0 END
        + 1
    ) AS silent_seasons
FROM measured AS m
LEFT JOIN reached AS f USING (service_no);
