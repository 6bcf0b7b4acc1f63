-- uses = ["macros", "current_roles", "shared_bins"]

-- Lines of the shared-bin lists, each with the customer and the site that it is about as far as they can be known.

-- A number that the linker refused places no line. `own_no`: the account that the list names, where it is one of
-- the party or bears the line's name, or another account of its own party does.
CREATE OR REPLACE TEMP TABLE line_customers AS
SELECT
    m.bin_group_no, m.member_no,
    CASE WHEN l.state IS NULL THEN given.customer_no WHEN l.state = 'linked' THEN coalesce(n.customer_no, given.customer_no) END AS customer_no,
    CASE
        WHEN
            l.state IS NULL OR given.customer_no = n.customer_no OR (l.state = 'linked' AND given_party.cluster_id = party.cluster_id)
            OR names_person(m.words, given.m_given, given.m_last)
            OR EXISTS (
                SELECT 1 FROM clusters AS k INNER JOIN customers AS c ON c.customer_no = k.customer_no
                WHERE k.cluster_id = given_party.cluster_id AND names_person(m.words, c.m_given, c.m_last)
            )
            THEN given.customer_no
        WHEN l.state = 'linked' THEN coalesce(n.customer_no, given.customer_no)
    END AS own_no,
    m.customer_no AS customer_no_given, given.customer_no IS NOT NULL AS given_is_known,
    l.state AS link_state, l.match_probability, l.candidates
FROM (
    -- A couple's line names both of them, a family's its surname alone.
    SELECT *, CASE WHEN kind = 'household' AND len(m_given) > 0 THEN string_split(folded(name), ' ') ELSE [] END || list_append(coalesce(m_given, []), m_last) AS words
    FROM bin_group_members
) AS m
LEFT JOIN member_links AS l USING (bin_group_no, member_no)
LEFT JOIN customers AS n ON n.customer_no = l.customer_no
LEFT JOIN customers AS given ON given.customer_no = m.customer_no
LEFT JOIN clusters AS given_party ON given_party.customer_no = given.customer_no
LEFT JOIN clusters AS party ON party.customer_no = n.customer_no;

-- The site: as given; else where any account of the customer's party belongs, or once belonged, and the line's own address
-- lies; else the customer's only site, or the party's, unless it is a home where the line tells of a cottage or was taken
-- when the line was over; for a line without a customer the only site of its use at its address that nobody of another surname holds.
CREATE OR REPLACE TEMP TABLE line_sites AS
WITH open_lines AS (
    SELECT m.*, l.customer_no AS effective_no
    FROM bin_group_members AS m
    INNER JOIN line_customers AS l USING (bin_group_no, member_no)
    LEFT JOIN sites AS g ON g.site_no = m.site_no
    WHERE g.site_no IS NULL
),
accounts AS (
    SELECT DISTINCT o.effective_no, coalesce(b.customer_no, o.effective_no) AS customer_no
    FROM open_lines AS o
    LEFT JOIN clusters AS a ON a.customer_no = o.effective_no
    LEFT JOIN clusters AS b ON b.cluster_id = a.cluster_id
    WHERE o.effective_no IS NOT NULL
),
-- The contract of a shared bin may stand on somebody else's land.
ever AS (
    SELECT customer_no, site_no FROM site_roles WHERE role IN ('owner', 'occupant', 'orderer')
    UNION
    SELECT customer_no, site_no FROM services WHERE site_no IS NOT NULL AND bin_group_no IS NULL
),
at_address AS (
    SELECT o.bin_group_no, o.member_no, min(t.site_no) AS site_no
    FROM open_lines AS o
    INNER JOIN accounts AS p USING (effective_no)
    INNER JOIN ever AS e ON e.customer_no = p.customer_no
    INNER JOIN sites AS t ON t.site_no = e.site_no AND t.m_street = o.m_street AND t.m_house IS NOT DISTINCT FROM o.m_house
            AND t.m_house_letter IS NOT DISTINCT FROM o.m_house_letter
    WHERE NOT o.proxy_address
    GROUP BY o.bin_group_no, o.member_no
    HAVING count(DISTINCT t.site_no) = 1
),
held AS (
    SELECT
        p.effective_no, cs.site_no, min(cs.since_on) AS since_on, bool_or(cs.customer_no = p.effective_no) AS is_own,
        bool_or(e.site_no IS NOT NULL) AS is_home
    FROM accounts AS p
    INNER JOIN customer_sites AS cs USING (customer_no)
    LEFT JOIN ever AS e ON e.customer_no = cs.customer_no AND e.site_no = cs.site_no
    GROUP BY p.effective_no, cs.site_no
    QUALIFY (is_own OR NOT bool_or(is_own) OVER (PARTITION BY p.effective_no)) AND (is_home OR NOT bool_or(is_home) OVER (PARTITION BY p.effective_no))
),
only_site AS (
    SELECT o.bin_group_no, o.member_no, min(h.site_no) AS site_no
    FROM open_lines AS o
    INNER JOIN held AS h USING (effective_no)
    INNER JOIN sites AS t ON t.site_no = h.site_no
    WHERE NOT coalesce(o.end_on <= h.since_on, FALSE)
    GROUP BY o.bin_group_no, o.member_no
    HAVING count(DISTINCT h.site_no) = 1 AND NOT coalesce(any_value(o.use) = 'leisure' AND any_value(t.use) = 'permanent', FALSE)
),
of_nobody AS (
    SELECT o.bin_group_no, o.member_no, min(t.site_no) AS site_no
    FROM open_lines AS o
    INNER JOIN sites AS t
        ON t.m_street = o.m_street AND t.m_house = o.m_house AND t.m_postal = o.m_postal AND t.use = o.use
        AND t.m_flat IS NOT DISTINCT FROM o.m_flat AND t.m_house_letter IS NOT DISTINCT FROM o.m_house_letter
    WHERE o.effective_no IS NULL AND NOT o.proxy_address
        -- Where people of another surname hold the site, the line is about somebody else or elsewhere.
        AND NOT EXISTS (
            SELECT 1 FROM customer_sites AS cs INNER JOIN customers AS c USING (customer_no)
            WHERE cs.site_no = t.site_no AND c.m_last IS DISTINCT FROM o.m_last
        )
    GROUP BY o.bin_group_no, o.member_no
    HAVING count(DISTINCT t.site_no) = 1
)
SELECT o.bin_group_no, o.member_no, coalesce(a.site_no, s.site_no, n.site_no) AS site_no
FROM open_lines AS o
LEFT JOIN at_address AS a USING (bin_group_no, member_no)
LEFT JOIN only_site AS s USING (bin_group_no, member_no)
LEFT JOIN of_nobody AS n USING (bin_group_no, member_no);

CREATE OR REPLACE TEMP TABLE members AS
SELECT
    row_key(m.bin_group_no, m.member_no) AS line, m.bin_group_no, m.member_no,
    l.customer_no, coalesce(l.own_no, l.customer_no) AS own_no, l.customer_no_given, l.given_is_known, l.link_state, l.match_probability, l.candidates,
    coalesce(given_site.site_no, s.site_no) AS site_no, given_site.site_no IS NOT NULL AS site_is_given,
    m.name, m.kind, m.street_address, m.postal_code, m.city, m.phone, m.email,
    m.share_percent, m.share_state, coalesce(m.use, t.use) AS use,
    m.start_on, m.end_on, m.informed_on, m.proxy_phone, m.proxy_email, m.proxy_address,
    m.m_first, m.m_given, m.m_last, m.m_last_2, m.m_org, m.m_street, m.m_house, m.m_house_letter, m.m_flat,
    greatest(m.start_on, g.start_on) AS from_on,
    -- Who left before joining is a member until K18 has asked for the dates: the shares are given for them, too.
    CASE WHEN m.end_on < m.start_on THEN NULL ELSE m.end_on END AS last_on,
    least(last_on, g.end_on) AS to_on,
    holds_on(CAST($as_of AS DATE), m.start_on, last_on) AS is_active,
    sg.bin_group_no IS NOT NULL AS group_stands,
    g.waste_type, g.billing,
    coalesce(l.customer_no = h.host_customer_no OR coalesce(given_site.site_no, s.site_no) = h.host_site_no, FALSE) AS is_host
FROM bin_group_members AS m
INNER JOIN line_customers AS l USING (bin_group_no, member_no)
LEFT JOIN line_sites AS s USING (bin_group_no, member_no)
LEFT JOIN bin_groups AS g USING (bin_group_no)
LEFT JOIN standing_groups AS sg USING (bin_group_no)
LEFT JOIN group_hosts AS h USING (bin_group_no)
LEFT JOIN sites AS given_site ON given_site.site_no = m.site_no
LEFT JOIN sites AS t ON t.site_no = coalesce(given_site.site_no, s.site_no);

-- The host's household lives at the bin: whoever is linked to it, and at the bin's address whoever bears its surname or is
-- registered there by these words of a name; where the line is nobody's, the surname of somebody registered there is enough.
CREATE OR REPLACE TEMP TABLE host_household AS
WITH hosts AS (
    SELECT h.bin_group_no, h.host_customer_no, h.host_site_no, coalesce(t.m_street, g.m_street) AS m_street, coalesce(t.m_house, g.m_house) AS m_house,
        coalesce(t.dwellings, 1) <= 1 AS is_one_home
    FROM group_hosts AS h
    INNER JOIN bin_groups AS g USING (bin_group_no)
    LEFT JOIN sites AS t ON t.site_no = h.host_site_no
),
-- Which word of a name is the surname cannot always be told, and spouses join their surnames.
host_names AS (
    SELECT h.bin_group_no, unnest(string_split(folded(concat_ws(' ', p.last_name, p.m_last)), ' ')) AS word
    FROM hosts AS h INNER JOIN customer_persons AS p ON p.customer_no = h.host_customer_no
    UNION
    SELECT h.bin_group_no, unnest(string_split(folded(concat_ws(' ', c.name, c.m_last)), ' '))
    FROM hosts AS h INNER JOIN customers AS c ON c.customer_no = h.host_customer_no
    WHERE c.m_last IS NOT NULL
),
relatives AS (
    SELECT customer_no_l AS customer_no, customer_no_r AS other_no FROM pairs WHERE relation = 'household'
    UNION
    SELECT customer_no_r, customer_no_l FROM pairs WHERE relation = 'household'
),
-- A couple's row names two, and either word of a name may be the surname.
residents AS (
    SELECT m_street, m_house, m_house_letter, [m_first, m_last] || string_split(folded(name), ' ') AS words FROM customers WHERE m_flat IS NULL
),
at_bin AS (
    SELECT m.*, h.is_one_home
    FROM members AS m
    INNER JOIN hosts AS h USING (bin_group_no)
    WHERE m.m_street = h.m_street AND m.m_house = h.m_house AND m.m_flat IS NULL
)
SELECT line FROM members WHERE is_host
UNION
SELECT m.line
FROM members AS m
INNER JOIN hosts AS h USING (bin_group_no)
INNER JOIN relatives AS r ON r.customer_no = h.host_customer_no AND r.other_no = m.customer_no
UNION
SELECT b.line
FROM at_bin AS b
INNER JOIN host_names AS n ON n.bin_group_no = b.bin_group_no AND list_contains(string_split(folded(concat_ws(' ', b.m_last, b.m_last_2)), ' '), n.word)
UNION
SELECT b.line
FROM at_bin AS b
INNER JOIN residents AS c ON c.m_street = b.m_street AND c.m_house = b.m_house AND list_contains(c.words, b.m_last)
WHERE b.is_one_home AND (list_contains(c.words, b.m_first) OR (b.customer_no IS NULL AND c.m_house_letter IS NOT DISTINCT FROM b.m_house_letter));

-- The members of today.
CREATE OR REPLACE TEMP TABLE active_members AS
SELECT * FROM members WHERE is_active AND group_stands;
