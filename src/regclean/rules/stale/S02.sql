-- id = "S02"
-- title.fi = "Asiakas on muuttanut"
-- title.sv = "Kunden har flyttat"
-- title.en = "The customer has moved"
-- summary.fi = "Asiakas {customer_no} on muuttanut {observed_on}; omistaa edelleen kohteen: {still_owner}.[ Jatkajaehdokkaat: {followers}.]"
-- summary.sv = "Kund {customer_no} flyttade {observed_on}; äger fortfarande objektet: {still_owner}.[ Möjliga efterföljare: {followers}.]"
-- summary.en = "Customer {customer_no} moved {observed_on}; still owns the site: {still_owner}.[ Possible followers: {followers}.]"
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Hae tai kysy uusi osoite."
-- asks.sv = "Ta reda på eller fråga efter den nya adressen."
-- asks.en = "Look up or ask for the new address."
-- way = "look_up"
-- why = "An owner who moved keeps the site and its services: only the billing address changes. A tenant who moved leaves the site to whoever follows."
-- subjects = "customers"
-- uses = ["macros", "current_roles", "succession"]
-- [guards]
-- update_ban = "A note that the authority may not pass moves on is no move."
-- ended = "An account that was ended and holds nothing any more is settled."
-- already_updated = "The new address is in the register already."
-- deceased = "Whoever has died did not move (S01)."
WITH moves AS (
    SELECT
        customer_no, observed_on, detail,
        -- "Rantatie 4 B 2, 70100 Kuopio", wherever it stands in the text.
        trim(regexp_extract(detail, '([^,;:()]*\d[^,;:()]*),\s*(\d{5})\s+([^,;:()]+)', 1)) AS street_address,
        regexp_extract(detail, '([^,;:()]*\d[^,;:()]*),\s*(\d{5})\s+([^,;:()]+)', 2) AS postal_code,
        trim(regexp_extract(detail, '([^,;:()]*\d[^,;:()]*),\s*(\d{5})\s+([^,;:()]+)', 3)) AS city
    FROM evidence
    WHERE
        signal = 'move' AND observed_on <= CAST($as_of AS DATE)
        -- guard: update_ban
        AND NOT tells_update_ban(detail)
        -- end guard
    QUALIFY row_number() OVER (PARTITION BY customer_no ORDER BY observed_on DESC, detail) = 1
),
owners AS (
    SELECT DISTINCT customer_no FROM current_roles WHERE role = 'owner'
)
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {
        'customer_no': c.customer_no, 'observed_on': m.observed_on, 'detail': m.detail,
        'still_owner': o.customer_no IS NOT NULL, 'followers': coalesce(f.followers, []), 'consequences': s.consequences,
        'new_address': CASE WHEN m.street_address <> '' THEN {'street_address': m.street_address, 'postal_code': m.postal_code, 'city': m.city} END
    } AS evidence,
    CASE
        WHEN m.street_address <> '' THEN [
            change('customers', c.customer_no, 'billing_street_address', m.street_address),
            change('customers', c.customer_no, 'billing_postal_code', m.postal_code),
            change('customers', c.customer_no, 'billing_city', m.city)
        ]
    END AS proposal
FROM moves AS m
INNER JOIN customers AS c USING (customer_no)
LEFT JOIN owners AS o USING (customer_no)
LEFT JOIN follower_lists AS f ON f.customer_no = c.customer_no AND f.signal = 'move'
LEFT JOIN stakes AS s ON s.customer_no = c.customer_no
WHERE
    TRUE
    -- guard: ended
    AND NOT (coalesce(c.status = 'ended', FALSE) AND c.customer_no NOT IN (SELECT customer_no FROM customer_sites))
    -- end guard
    -- guard: already_updated
    AND NOT coalesce(
        m.street_address <> '' AND (
            (
                replace(folded(m.street_address), ' ', '') IN (
                    replace(folded(c.street_address), ' ', ''),
                    -- "keltainen talo" is a remark: a flat has a number or is a letter.
                    replace(concat(c.m_street, c.m_house, c.m_house_letter, c.m_stair, CASE WHEN regexp_matches(c.m_flat, '\d|^\w$') THEN c.m_flat END), ' ', '')
                )
                AND c.postal_code IS NOT DISTINCT FROM m.postal_code
            )
            OR (folded(c.billing_street_address) = folded(m.street_address) AND c.billing_postal_code IS NOT DISTINCT FROM m.postal_code)
        ), FALSE
    )
    AND NOT coalesce(m.street_address = '' AND c.updated_on >= m.observed_on, FALSE)
    AND NOT coalesce(m.detail IS NULL AND c.updated_on >= m.observed_on, FALSE)
    -- end guard
    -- guard: deceased
    AND c.customer_no NOT IN (SELECT customer_no FROM departures WHERE signal = 'death')
    -- end guard
