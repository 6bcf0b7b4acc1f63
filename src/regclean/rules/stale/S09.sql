-- id = "S09"
-- title.fi = "Puhelin tai sähköposti ei toimi"
-- title.sv = "Telefonen eller e-posten fungerar inte"
-- title.en = "Phone or e-mail is dead"
-- summary.fi = "Asiakkaan {customer_no} yhteystieto ei toimi: {channels} (viimeksi {last_on})."
-- summary.sv = "Kontaktuppgiften för kund {customer_no} fungerar inte: {channels} (senast {last_on})."
-- summary.en = "A contact of customer {customer_no} is dead: {channels} (last {last_on})."
-- severity = "info"
-- severities = ["review"]
-- why = "A bounce says that the channel is bad, not that the customer is gone. Once informs; twice, or both channels, asks for a review."
-- subjects = "customers"
-- uses = ["macros"]
-- parameters = ["stale.bounce_months"]
-- [guards]
-- no_value = "A channel that is no longer in the register cannot be bad."
WITH bounces AS (
    SELECT
        e.customer_no, CASE e.signal WHEN 'phone_bounce' THEN 'phone' ELSE 'email' END AS channel,
        count(DISTINCT e.observed_on) AS times, max(e.observed_on) AS last_on
    FROM evidence AS e
    WHERE
        e.signal IN ('phone_bounce', 'email_bounce') AND e.observed_on <= CAST($as_of AS DATE)
        AND e.observed_on > CAST($as_of AS DATE) - to_months($bounce_months)
    GROUP BY ALL
),
dead AS (
    SELECT
        b.*, CASE b.channel WHEN 'phone' THEN coalesce(c.phone, c.phone_2) ELSE c.email END AS value
    FROM bounces AS b INNER JOIN customers AS c USING (customer_no)
    WHERE
        TRUE
        -- guard: no_value
        AND CASE b.channel WHEN 'phone' THEN coalesce(c.phone, c.phone_2) ELSE c.email END IS NOT NULL
        -- end guard
)
SELECT
    [subject('customers', customer_no)] AS subjects,
    {
        'customer_no': customer_no, 'channels': list(channel ORDER BY channel), 'times': sum(times), 'last_on': max(last_on),
        'values': list({'channel': channel, 'value': value, 'times': times} ORDER BY channel)
    } AS evidence,
    CASE WHEN sum(times) >= 2 THEN 'review' END AS severity,
    CASE
        WHEN sum(times) >= 2
            THEN list_filter(
                list(CASE WHEN times >= 2 AND channel = 'email' THEN change('customers', customer_no, 'email', value, NULL)
                    WHEN times >= 2 THEN change('customers', customer_no, 'phone', value, NULL) END ORDER BY channel),
                lambda item: item IS NOT NULL
            )
    END AS proposal
FROM dead
GROUP BY customer_no
