-- id = "S01"
-- title.fi = "Asiakas on kuollut"
-- title.sv = "Kunden har avlidit"
-- title.en = "The customer has died"
-- summary.fi = "Asiakas {customer_no} on kuollut {observed_on}.[ Jatkajaehdokkaat: {followers}.]"
-- summary.sv = "Kund {customer_no} avled {observed_on}.[ Möjliga efterföljare: {followers}.]"
-- summary.en = "Customer {customer_no} died {observed_on}.[ Possible followers: {followers}.]"
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy taloudelta, kuka siitä on kuollut ja kenen nimelle asiakkuus jää."
-- asks.sv = "Fråga hushållet vem som har avlidit och på vem kundförhållandet ska stå."
-- asks.en = "Ask the household who has died and in whose name the account goes on."
-- way = "letter"
-- why = "The customer becomes an estate (kuolinpesä) and keeps the site; somebody must be asked who looks after it. A spouse, another owner or another occupant may follow instead. Nothing is ended."
-- subjects = "customers"
-- uses = ["macros", "current_roles", "succession"]
-- [guards]
-- estate = "An estate has its death behind it."
-- ended = "An account that was ended and holds nothing any more is settled."
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {
        'customer_no': c.customer_no, 'observed_on': d.observed_on, 'detail': d.detail, 'kind': c.kind,
        'followers': coalesce(f.followers, []), 'consequences': s.consequences,
        'household_persons': (
            SELECT count(*) FROM customer_persons AS p WHERE p.customer_no = c.customer_no AND p.part IN ('self', 'spouse')
        ),
        'basis': {'observed_on': d.observed_on, 'followers': coalesce(f.followers, []), 'consequences': s.consequences}
    } AS evidence,
    CASE WHEN c.kind = 'person' THEN [change('customers', c.customer_no, 'kind', 'estate')] END AS proposal
FROM departures AS d
INNER JOIN customers AS c USING (customer_no)
LEFT JOIN follower_lists AS f ON f.customer_no = d.customer_no AND f.signal = 'death'
LEFT JOIN stakes AS s ON s.customer_no = d.customer_no
WHERE
    d.signal = 'death'
    -- guard: estate
    AND c.kind IN ('person', 'household')
    -- end guard
    -- guard: ended
    AND NOT (
        coalesce(c.status = 'ended', FALSE)
        AND c.customer_no NOT IN (SELECT customer_no FROM customer_sites)
    )
    -- end guard
