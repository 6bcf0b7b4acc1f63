-- id = "S03"
-- title.fi = "Kohteella on uusi omistaja"
-- title.sv = "Objektet har en ny ägare"
-- title.en = "The site has a new owner"
-- summary.fi = "Kohde[ {site_no}] on vaihtanut omistajaa {observed_on}; asiakas {customer_no} on yhä haltijana.[ Uusi omistaja: {new_owner_no}.]"
-- summary.sv = "Objektet[ {site_no}] bytte ägare {observed_on}; kund {customer_no} står ännu som innehavare.[ Ny ägare: {new_owner_no}.]"
-- summary.en = "Site[ {site_no}] changed owner {observed_on}; customer {customer_no} still holds it.[ New owner: {new_owner_no}.]"
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Selvitä, kuka on uusi omistaja ja mikä kohde vaihtoi omistajaa."
-- asks.sv = "Ta reda på vem den nya ägaren är och vilket objekt som bytte ägare."
-- asks.en = "Find out who the new owner is and which site was sold."
-- way = "letter"
-- why = "The old holder ends and the new one begins on the same day; services, bills and shared bins of the site go with it. When the new owner is not in the register, it must be asked for first."
-- subjects = "customers, sites"
-- uses = ["current_roles", "active_services", "succession", "handover"]
-- parameters = ["stale.new_owner_window_days"]
-- [guards]
-- buyer = "The customer whose ownership began with the change bought the site."
-- other_site = "Who holds several sites sold one of them: the one that is named, or that somebody else bought."
WITH held AS (
    SELECT customer_no, site_no, bool_or(role = 'owner') AS is_owner, max(start_on) AS since_on
    FROM (
        SELECT customer_no, site_no, role, CASE WHEN role = 'owner' THEN start_on END AS start_on
        FROM current_roles WHERE role IN ('owner', 'occupant', 'orderer')
        UNION ALL
        SELECT customer_no, site_no, 'service', NULL FROM active_services WHERE site_no IS NOT NULL
    )
    GROUP BY customer_no, site_no
),
ever AS (
    SELECT customer_no, site_no, max(end_on) AS ended_on FROM site_roles WHERE role = 'owner' GROUP BY customer_no, site_no
),
buyers AS (
    SELECT
        customer_no, site_no, follower_no, owner_since,
        row_number() OVER (PARTITION BY customer_no, site_no ORDER BY place, owner_since DESC NULLS LAST, follower_no) AS rank
    FROM followers WHERE signal = 'owner_change' AND basis = 'buyer'
),
told AS (
    SELECT
        d.customer_no, h.site_no, d.observed_on, d.detail, h.is_owner, h.since_on, b.follower_no AS new_owner_no, b.owner_since,
        -- By the company's number, the property or the address.
        coalesce(contains(concat(' ', folded(d.detail), ' '), concat(' ', folded(h.site_no), ' ')), FALSE)
            OR coalesce(t.m_house IS NOT NULL AND contains(concat(' ', folded(d.detail), ' '), concat(' ', concat_ws(' ', t.m_street, t.m_house || coalesce(t.m_house_letter, ''), t.m_stair, t.m_flat), ' ')), FALSE)
            OR coalesce(list_contains([format('{:03d}-{:03d}-{:04d}-{:04d}', CAST(p[1] AS INTEGER), CAST(p[2] AS INTEGER), CAST(p[3] AS INTEGER), CAST(p[4] AS INTEGER))
                FOR p IN [string_split(said, '-') FOR said IN regexp_extract_all(d.detail, '\b\d{1,3}-\d{1,3}-\d{1,4}-\d{1,4}\b')]], t.property_id), FALSE) AS is_told,
        coalesce(abs(b.owner_since - d.observed_on) <= $new_owner_window_days, FALSE) AS is_bought,
        coalesce(e.ended_on <= CAST($as_of AS DATE), FALSE) AS has_ended
    FROM sales_told AS d
    INNER JOIN held AS h USING (customer_no)
    LEFT JOIN sites AS t ON t.site_no = h.site_no
    LEFT JOIN ever AS e ON e.customer_no = d.customer_no AND e.site_no = h.site_no
    LEFT JOIN buyers AS b ON b.customer_no = d.customer_no AND b.site_no = h.site_no AND b.rank = 1
),
-- A sale whose text names a site is of that site; else of the one that was bought then, or that is held no more.
judged AS (
    SELECT
        * EXCLUDE (is_told, is_bought, has_ended),
        is_told OR (NOT bool_or(is_told) OVER of_one_sale AND (is_bought OR (has_ended AND NOT bool_or(is_bought) OVER of_one_sale))) AS is_named
    FROM told
    WINDOW of_one_sale AS (PARTITION BY customer_no, observed_on, detail)
),
-- The last sale of each site.
sales AS (
    SELECT * FROM judged
    QUALIFY row_number() OVER (PARTITION BY customer_no, site_no ORDER BY is_named DESC, observed_on DESC, detail) = 1
),
chosen AS (
    SELECT *, [subject('sites', site_no)] AS places
    FROM sales
    -- guard: other_site
    QUALIFY is_named OR count(*) OVER (PARTITION BY customer_no) = 1
    -- end guard
    UNION ALL
    -- Several sites and none is named: one question about all of them.
    SELECT
        customer_no, NULL, min(observed_on), min(detail), FALSE, NULL, NULL, NULL, FALSE,
        list(subject('sites', site_no) ORDER BY site_no)
    FROM sales
    GROUP BY customer_no
    HAVING NOT bool_or(is_named) AND count(*) > 1
),
-- Everything at the site goes to the buyer; the line of a list has a case of its own (K28).
moving AS (
    SELECT s.customer_no, s.site_no, flatten(list(h.changes ORDER BY h.place, h.item)) AS changes
    FROM chosen AS s
    INNER JOIN handover_cells AS h ON h.old_no = s.customer_no AND h.new_no = s.new_owner_no AND h.site_no = s.site_no AND h.place < 6
    GROUP BY s.customer_no, s.site_no
)
SELECT
    [subject('customers', s.customer_no)] || s.places AS subjects,
    {
        'customer_no': s.customer_no, 'site_no': s.site_no, 'observed_on': s.observed_on, 'detail': s.detail,
        'new_owner_no': s.new_owner_no, 'followers': coalesce(f.followers, []), 'consequences': k.consequences,
        'open_bills': b.bills, 'open_complaints': r.complaints
    } AS evidence,
    m.changes AS proposal
FROM chosen AS s
LEFT JOIN moving AS m USING (customer_no, site_no)
LEFT JOIN follower_lists AS f ON f.customer_no = s.customer_no AND f.signal = 'owner_change'
LEFT JOIN stakes AS k ON k.customer_no = s.customer_no
LEFT JOIN open_bills AS b ON b.customer_no = s.customer_no
LEFT JOIN open_complaints AS r ON r.customer_no = s.customer_no
WHERE
    TRUE
    -- guard: buyer
    AND NOT (s.is_owner AND coalesce(abs(s.since_on - s.observed_on) <= 31, FALSE))
    -- end guard
