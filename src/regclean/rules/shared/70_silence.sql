-- uses = ["active_services"]

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
-- The areas' feeds: a contractor whose emptyings are missing makes most bins of a town look silent.
judged AS (
    SELECT municipality_code, waste_type, last_emptied_on, CAST($as_of AS DATE) - last_emptied_on > 14 * coalesce(interval_weeks, 4) + 28 AS is_late
    FROM measured
    WHERE last_emptied_on IS NOT NULL AND NOT is_paused AND NOT is_area_point AND NOT is_on_call AND NOT is_seasonal
),
feeds AS (
    SELECT municipality_code, waste_type, quantile_disc(last_emptied_on, 0.98) AS reaches_on
    FROM judged
    GROUP BY municipality_code, waste_type
    HAVING count(*) >= $outage_min_services AND count(*) FILTER (is_late) > $outage_share * count(*)
)
SELECT
    m.*, CAST($as_of AS DATE) - m.since_on AS silent_days, coalesce(f.reaches_on, CAST($as_of AS DATE)) AS feed_reaches_on,
    -- Whole seasons since the last emptying: first season that began after it … last season that is over.
    greatest(0,
        year(CAST($as_of AS DATE))
        - CASE WHEN m.season_end >= strftime(CAST($as_of AS DATE), '%m-%d') THEN 1 ELSE 0 END
        - CASE WHEN m.season_end < m.season_start THEN 1 ELSE 0 END
        - year(m.since_on) - CASE WHEN strftime(m.since_on, '%m-%d') >= m.season_start THEN 1 ELSE 0 END
        + 1
    ) AS silent_seasons
FROM measured AS m
LEFT JOIN feeds AS f
    ON f.municipality_code IS NOT DISTINCT FROM m.municipality_code AND f.waste_type IS NOT DISTINCT FROM m.waste_type;
