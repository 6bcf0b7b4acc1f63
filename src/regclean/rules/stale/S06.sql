-- id = "S06"
-- title.fi = "Posti on palautunut"
-- title.sv = "Post har kommit i retur"
-- title.en = "Mail has come back"
-- summary.fi = "Asiakkaan {customer_no} postia on palautunut {returned} {returned?kerran|kertaa}, viimeksi {last_returned_on}.[ Muita herätteitä: {signals}.]"
-- summary.sv = "Post till kund {customer_no} har kommit i retur {returned} {returned?gång|gånger}, senast {last_returned_on}.[ Andra tecken: {signals}.]"
-- summary.en = "Mail to customer {customer_no} came back {returned} {returned?time|times}, last {last_returned_on}.[ Other signals: {signals}.]"
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Hae tai kysy toimiva postiosoite."
-- asks.sv = "Ta reda på eller fråga efter en fungerande postadress."
-- asks.en = "Look up or ask for an address that mail reaches."
-- way = "look_up"
-- why = "Two returned letters, or one with another sign, mean that the address is bad: it must be asked for before the next bill. The customer and its services stay."
-- subjects = "customers"
-- uses = ["signals"]
-- parameters = ["stale.returned_mail_months"]
-- [guards]
-- authority_address = "An address that the authority confirmed after the last return is not bad."
-- update_ban = "Under an update ban the authority's address is no confirmation: the missing move is no evidence."
WITH returned AS (
    SELECT customer_no, count(DISTINCT observed_on) AS times, max(observed_on) AS last_on
    FROM evidence
    WHERE
        signal = 'returned_mail'
        AND observed_on <= CAST($as_of AS DATE)
        AND observed_on > CAST($as_of AS DATE) - to_months($returned_mail_months)
    GROUP BY customer_no
),
others AS (
    SELECT customer_no, list(DISTINCT signal ORDER BY signal) AS signals
    FROM weak_signals
    WHERE signal <> 'returned_mail'
    GROUP BY customer_no
),
confirmed AS (
    SELECT r.customer_no
    FROM returned AS r
    INNER JOIN customers AS c USING (customer_no)
    LEFT JOIN update_bans AS b USING (customer_no)
    WHERE
        c.contact_source = 'authority' AND c.updated_on >= r.last_on
        -- guard: update_ban
        AND b.customer_no IS NULL
        -- end guard
)
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {
        'customer_no': c.customer_no, 'returned': r.times, 'last_returned_on': r.last_on,
        'signals': coalesce(o.signals, []), 'updated_on': c.updated_on, 'update_ban': b.customer_no IS NOT NULL,
        'street_address': c.street_address, 'postal_code': c.postal_code, 'city': c.city,
        'basis': {
            'last_returned_on': r.last_on, 'signals': coalesce(o.signals, []),
            'address': [c.street_address, c.postal_code, c.city]
        }
    } AS evidence
FROM returned AS r
INNER JOIN customers AS c USING (customer_no)
LEFT JOIN others AS o USING (customer_no)
LEFT JOIN update_bans AS b USING (customer_no)
WHERE
    (r.times >= 2 OR o.signals IS NOT NULL)
    -- guard: authority_address
    AND c.customer_no NOT IN (SELECT customer_no FROM confirmed)
    -- end guard
