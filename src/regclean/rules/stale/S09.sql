-- id = "S09"
-- title.fi = "Puhelin tai sähköposti ei toimi"
-- title.sv = "Telefonen eller e-posten fungerar inte"
-- title.en = "Phone or e-mail is dead"
-- summary.fi = "Asiakkaan {customer_no} yhteystieto ei toimi: {channels} (viimeksi {last_on})."
-- summary.sv = "Kontaktuppgiften för kund {customer_no} fungerar inte: {channels} (senast {last_on})."
-- summary.en = "A contact of customer {customer_no} is dead: {channels} (last {last_on})."
-- severity = "info"
-- severities = ["review"]
-- ends_in = "change"
-- asks.fi = "Kysy toimiva yhteystieto seuraavassa yhteydenotossa."
-- asks.sv = "Fråga efter en fungerande kontaktuppgift vid nästa kontakt."
-- asks.en = "Ask for a working number or address at the next contact."
-- way = "call"
-- why = "A bounce says that the channel is bad, not that the customer is gone. Once informs; twice, or both channels, asks for a review."
-- subjects = "customers"
-- uses = ["macros"]
-- parameters = ["stale.bounce_months"]
-- [guards]
-- no_value = "A channel that is no longer in the register cannot be bad."
WITH bounces AS (
    SELECT
        customer_no, observed_on, CASE signal WHEN 'phone_bounce' THEN 'phone' ELSE 'email' END AS channel,
        -- The address or number that bounced, where it is said (days are no numbers).
        CASE signal
            WHEN 'email_bounce' THEN rtrim(lower(regexp_extract(detail, '[^\s<>;,]+@[^\s<>;,]+')), '.')
            ELSE ltrim(regexp_replace(regexp_extract(regexp_replace(
                detail, '\b([0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2})\b', '', 'g'
            ), '(\+|\b0)[-0-9 ()]{5,}[0-9]'), '[^0-9]', '', 'g'), '0')
        END AS said
    FROM evidence SEMI JOIN customers USING (customer_no)
    WHERE
        signal IN ('phone_bounce', 'email_bounce') AND observed_on <= CAST($as_of AS DATE)
        AND observed_on > CAST($as_of AS DATE) - to_months($bounce_months)
),
held AS (
    SELECT customer_no, 'phone' AS channel, 'phone' AS column_name, phone AS value FROM customers WHERE phone IS NOT NULL
    UNION ALL
    SELECT customer_no, 'phone', 'phone_2', phone_2 FROM customers WHERE phone_2 IS NOT NULL
    UNION ALL
    SELECT customer_no, 'email', 'email', email FROM customers WHERE email IS NOT NULL
),
-- What is not said is one of the values that are held: which, is known where there is one.
named AS (
    SELECT
        b.customer_no, b.channel, b.observed_on, count(h.value) AS fitting,
        arg_min(h.value, h.column_name) AS value, arg_min(h.column_name, h.column_name) AS column_name
    FROM bounces AS b
    LEFT JOIN held AS h
        ON h.customer_no = b.customer_no AND h.channel = b.channel
        AND (coalesce(b.said, '') = '' OR lower(h.value) = b.said OR (b.channel = 'phone' AND ends_with(h.value, b.said)))
    GROUP BY b.customer_no, b.channel, b.observed_on, b.said
),
dead AS (
    SELECT
        customer_no, channel, value, column_name, max(observed_on) AS last_on,
        count(DISTINCT observed_on) AS times, count(DISTINCT observed_on) FILTER (fitting = 1) AS sure_times
    FROM named
    WHERE
        TRUE
        -- guard: no_value
        AND fitting > 0
        -- end guard
    GROUP BY customer_no, channel, value, column_name
),
judged AS (
    SELECT
        d.*,
        -- One cell may hold both numbers: the other one stays in it.
        CASE
            WHEN d.sure_times < 2 THEN NULL
            WHEN d.channel = 'phone' AND c.phone_2 IS NOT NULL AND c.phone IS NOT NULL AND coalesce(trim(r.phone_2), '') = ''
                THEN change('customers', d.customer_no, 'phone', CASE d.column_name WHEN 'phone' THEN c.phone_2 ELSE c.phone END)
            ELSE change('customers', d.customer_no, d.column_name, NULL)
        END AS remedy
    FROM dead AS d
    LEFT JOIN customers AS c USING (customer_no)
    LEFT JOIN raw.customers AS r ON r.key = d.customer_no
)
SELECT
    [subject('customers', customer_no)] AS subjects,
    {
        'customer_no': customer_no, 'channels': list(DISTINCT channel ORDER BY channel), 'times': sum(times), 'last_on': max(last_on),
        'values': list({'channel': channel, 'value': value, 'times': times} ORDER BY channel, value)
    } AS evidence,
    CASE WHEN sum(times) >= 2 THEN 'review' END AS severity,
    CASE WHEN sum(times) >= 2 THEN list(remedy ORDER BY channel, column_name) FILTER (remedy IS NOT NULL) END AS proposal
FROM judged
GROUP BY customer_no
