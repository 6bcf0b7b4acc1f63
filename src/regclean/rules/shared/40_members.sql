-- uses = ["macros", "current_roles", "shared_bins"]

-- Lines of the shared-bin lists, each with the customer and the site that it is about as far as they can be known.

CREATE OR REPLACE TEMP TABLE line_customers AS
SELECT
    m.bin_group_no, m.member_no,
    CASE WHEN l.state = 'linked' AND n.customer_no IS NOT NULL THEN l.customer_no ELSE given.customer_no END AS customer_no,
    m.customer_no AS customer_no_given, given.customer_no IS NOT NULL AS given_is_known,
    l.state AS link_state, l.match_probability, l.candidates
FROM bin_group_members AS m
LEFT JOIN member_links AS l USING (bin_group_no, member_no)
LEFT JOIN customers AS n ON n.customer_no = l.customer_no
LEFT JOIN customers AS given ON given.customer_no = m.customer_no;

-- The site: as given; else where the customer belongs, or once belonged, and the line's own address lies; else the
-- customer's only site; for a line without a customer the only site of its use at its
-- address that nobody of another surname holds.
CREATE OR REPLACE TEMP TABLE line_sites AS
WITH open_lines AS (
    SELECT m.*, l.customer_no AS effective_no
    FROM bin_group_members AS m
    INNER JOIN line_customers AS l USING (bin_group_no, member_no)
    LEFT JOIN sites AS g ON g.site_no = m.site_no
    WHERE g.site_no IS NULL
),
ever AS (
    SELECT customer_no, site_no FROM site_roles WHERE role IN ('owner', 'occupant', 'orderer')
    UNION
    SELECT customer_no, site_no FROM services WHERE site_no IS NOT NULL
),
at_address AS (
    SELECT o.bin_group_no, o.member_no, min(t.site_no) AS site_no
    FROM open_lines AS o
    INNER JOIN ever AS e ON e.customer_no = o.effective_no
    INNER JOIN sites AS t ON t.site_no = e.site_no AND t.m_street = o.m_street AND t.m_house IS NOT DISTINCT FROM o.m_house
            AND t.m_house_letter IS NOT DISTINCT FROM o.m_house_letter
    WHERE NOT o.proxy_address
    GROUP BY o.bin_group_no, o.member_no
    HAVING count(DISTINCT t.site_no) = 1
),
only_site AS (
    SELECT o.bin_group_no, o.member_no, min(cs.site_no) AS site_no
    FROM open_lines AS o
    INNER JOIN customer_sites AS cs ON cs.customer_no = o.effective_no
    GROUP BY o.bin_group_no, o.member_no
    HAVING count(DISTINCT cs.site_no) = 1
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
    l.customer_no, l.customer_no_given, l.given_is_known, l.link_state, l.match_probability, l.candidates,
    coalesce(given_site.site_no, s.site_no) AS site_no, given_site.site_no IS NOT NULL AS site_is_given,
    m.name, m.kind, m.street_address, m.postal_code, m.city, m.phone, m.email,
    m.share_percent, m.share_state, coalesce(m.use, t.use) AS use,
    m.start_on, m.end_on, m.informed_on, m.proxy_phone, m.proxy_email, m.proxy_address,
    m.m_first, m.m_given, m.m_last, m.m_org, m.m_street, m.m_house, m.m_house_letter, m.m_flat,
    greatest(m.start_on, g.start_on) AS from_on,
    least(CASE WHEN m.end_on < m.start_on THEN NULL ELSE m.end_on END, g.end_on) AS to_on,
    holds_on(CAST($as_of AS DATE), m.start_on, m.end_on) AS is_active,
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

-- The members of today.
CREATE OR REPLACE TEMP TABLE active_members AS
SELECT * FROM members WHERE is_active AND group_stands;
