-- id = "S17"
-- title.fi = "Sovittu tyhjennysväli ei pidä"
-- title.sv = "Det avtalade tömningsintervallet följs inte"
-- title.en = "The agreed interval is not kept"
-- summary.fi = "Asiakkaan {customer_no} palvelua {service_no} ({waste_type}) pitäisi tyhjentää {interval_weeks} viikon välein: {emptied} {emptied?tyhjennys|tyhjennystä}, kun sovittuja olisi {agreed}[; turhia käyntejä {in_vain}]."
-- summary.sv = "Tjänsten {service_no} ({waste_type}) hos kund {customer_no} ska tömmas med {interval_weeks} veckors mellanrum: {emptied} {emptied?tömning|tömningar} mot avtalade {agreed}[; förgäves {in_vain}]."
-- summary.en = "Service {service_no} ({waste_type}) of customer {customer_no} should be emptied every {interval_weeks} weeks: {emptied} {emptied?emptying|emptyings} where {agreed} were agreed[; in vain {in_vain}]."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Kysy urakoitsijalta, miksi sovittu väli ei pidä, tai asiakkaalta, mikä väli sovitaan."
-- asks.sv = "Fråga entreprenören varför intervallet inte följs, eller kunden vilket intervall som ska gälla."
-- asks.en = "Ask the contractor why the interval is not kept, or the customer which one shall hold."
-- way = "call"
-- why = "Over the last months the bin was emptied far less, or far more, often than the contract says: the round is wrong, the contract is wrong, or the bill is."
-- subjects = "customers, services"
-- uses = ["silence", "rounds"]
-- parameters = ["stale.history_months", "stale.frequency_share", "stale.outage_min_services", "stale.outage_share"]
-- [guards]
-- seasonal = "A summer cottage is emptied in its season alone."
-- paused = "Nothing is emptied during a pause."
-- on_call = "A tank that is emptied when ordered may wait."
-- new_contract = "A contract is judged from its first day on."
-- outage = "Where most bins of an area or of a contractor are emptied too seldom, emptyings are missing from the data."
WITH spans AS (
    SELECT
        s.*, r.emptied, r.in_vain,
        greatest(
            CAST(CAST($as_of AS DATE) - to_months($history_months) AS DATE), t.told_from
            -- guard: new_contract
            , s.start_on
            -- end guard
        ) AS from_on,
        CAST($as_of AS DATE) AS to_on
    FROM bin_silence AS s
    INNER JOIN rounds AS r USING (service_no)
    INNER JOIN told_bins AS t USING (service_no)
    WHERE s.interval_weeks > 0 AND r.emptied > 0
),
-- Days of the season of each year that the span touches; all days where there is no season.
seasons AS (
    SELECT
        *,
        CASE
            WHEN NOT is_seasonal THEN to_on - from_on
            -- guard: seasonal
            WHEN is_seasonal THEN list_sum([
                greatest(0, least(to_on, TRY_CAST((y + CASE WHEN season_end < season_start THEN 1 ELSE 0 END) || '-' || season_end AS DATE))
                    - greatest(from_on, TRY_CAST(y || '-' || season_start AS DATE)))
                FOR y IN range(year(from_on) - 1, year(to_on) + 1)
            ])
            -- end guard
            ELSE to_on - from_on
        END AS days
    FROM spans
),
counted AS (
    SELECT
        *,
        CAST(floor((
            days
            -- guard: paused
            - CASE
                WHEN paused_from IS NULL THEN 0
                ELSE greatest(0, least(to_on, coalesce(paused_to, to_on)) - greatest(from_on, paused_from))
            END
            -- end guard
        ) / (7.0 * interval_weeks)) AS INTEGER) AS agreed
    FROM seasons
),
judged AS (
    SELECT
        *, emptied < $frequency_share * agreed AND agreed - emptied >= 3 AS is_fewer, is_fewer AS is_missing,
        emptied > (agreed + 1) / $frequency_share AND emptied - agreed >= 3 AND NOT is_seasonal AS is_more
    FROM counted
)
SELECT
    [subject('customers', j.customer_no), subject('services', j.service_no)] AS subjects,
    {
        'customer_no': j.customer_no, 'service_no': j.service_no, 'site_no': j.site_no, 'waste_type': j.waste_type,
        'interval_weeks': j.interval_weeks, 'agreed': j.agreed, 'emptied': j.emptied, 'in_vain': nullif(j.in_vain, 0),
        'from_on': j.from_on,
        'basis': {'service_no': j.service_no, 'interval_weeks': j.interval_weeks, 'is_more': j.is_more}
    } AS evidence
FROM judged AS j
INNER JOIN customers AS c ON c.customer_no = j.customer_no
WHERE
    (j.is_fewer OR j.is_more)
    -- A bin that has fallen silent is S04.
    AND coalesce(j.silent_days <= j.limit_days, TRUE)
    -- guard: on_call
    AND NOT j.is_on_call
    -- end guard
    -- guard: outage
    AND NOT j.in_outage
    AND j.service_no NOT IN (SELECT service_no FROM missing_feeds('judged', $outage_share, $outage_min_services))
    -- end guard
