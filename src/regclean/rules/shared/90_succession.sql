-- uses = ["macros", "current_roles", "active_services", "shared_bins", "members", "contacts"]

-- After a death, a move or a sale: who could follow at the site, and what hangs on the one who goes.

CREATE OR REPLACE TEMP TABLE told_departures AS
SELECT DISTINCT customer_no, signal, observed_on, detail
FROM evidence
WHERE
    observed_on <= CAST($as_of AS DATE)
    AND signal IN ('death', 'move', 'owner_change')
    AND NOT tells_update_ban(detail);

-- The last of each kind: nobody dies twice, and the last move is where somebody lives. Sales are several.
CREATE OR REPLACE TEMP TABLE departures AS
SELECT customer_no, signal, max(observed_on) AS observed_on, arg_max(detail, observed_on) AS detail
FROM told_departures
GROUP BY customer_no, signal;

CREATE OR REPLACE TEMP TABLE sales_told AS
SELECT customer_no, observed_on, detail FROM told_departures WHERE signal = 'owner_change';

-- Candidates at each site, best first: the buyer, the spouse, who else owns, who else lives there.
CREATE OR REPLACE TEMP TABLE followers AS
WITH leaving AS (
    SELECT DISTINCT d.customer_no, d.signal, d.observed_on, s.site_no
    FROM (
        SELECT customer_no, signal, observed_on FROM departures WHERE signal <> 'owner_change'
        UNION
        SELECT customer_no, 'owner_change', observed_on FROM sales_told
    ) AS d
    INNER JOIN (
        SELECT customer_no, site_no FROM site_roles WHERE role IN ('owner', 'occupant')
        UNION
        SELECT customer_no, site_no FROM customer_sites
    ) AS s USING (customer_no)
),
relatives AS (
    SELECT customer_no_l AS customer_no, customer_no_r AS other_no FROM pairs WHERE relation = 'household'
    UNION
    SELECT customer_no_r, customer_no_l FROM pairs WHERE relation = 'household'
),
same_party AS (
    SELECT a.customer_no, b.customer_no AS other_no
    FROM clusters AS a INNER JOIN clusters AS b USING (cluster_id)
    WHERE a.customer_no IN (SELECT customer_no FROM departures)
),
candidates AS (
    SELECT
        l.customer_no, l.signal, l.site_no, r.customer_no AS follower_no,
        min(CASE
            WHEN r.role = 'owner' AND l.signal = 'owner_change'
                AND abs(r.start_on - l.observed_on) <= $new_owner_window_days THEN 1
            WHEN h.other_no IS NOT NULL THEN 2
            WHEN r.role = 'owner' THEN 3
            ELSE 4
        END) AS place,
        max(CASE WHEN r.role = 'owner' THEN r.start_on END) AS owner_since
    FROM leaving AS l
    INNER JOIN current_roles AS r ON r.site_no = l.site_no AND r.customer_no <> l.customer_no
    LEFT JOIN relatives AS h ON h.customer_no = l.customer_no AND h.other_no = r.customer_no
    LEFT JOIN same_party AS p ON p.customer_no = l.customer_no AND p.other_no = r.customer_no
    WHERE r.role IN ('owner', 'occupant') AND p.other_no IS NULL
    GROUP BY l.customer_no, l.signal, l.site_no, r.customer_no
    UNION ALL
    -- A spouse with an account of their own at the same address, but no role at any site of the one who goes.
    SELECT d.customer_no, d.signal, NULL, h.other_no, 2, NULL
    FROM departures AS d
    INNER JOIN relatives AS h USING (customer_no)
    INNER JOIN customers AS a ON a.customer_no = d.customer_no
    INNER JOIN customers AS b
        ON b.customer_no = h.other_no AND b.m_street = a.m_street AND b.m_house IS NOT DISTINCT FROM a.m_house
    WHERE
        NOT EXISTS (
            SELECT 1 FROM leaving AS l INNER JOIN current_roles AS r ON r.site_no = l.site_no
            WHERE l.customer_no = d.customer_no AND r.customer_no = h.other_no
        )
)
SELECT
    customer_no, signal, site_no, follower_no, place, owner_since,
    ['buyer', 'household', 'owner', 'occupant'][place] AS basis
FROM candidates
WHERE follower_no NOT IN (SELECT customer_no FROM departures WHERE signal = 'death')
    AND follower_no NOT IN (SELECT customer_no FROM customers WHERE status = 'ended');

CREATE OR REPLACE TEMP TABLE follower_lists AS
SELECT
    customer_no, signal,
    list({'customer_no': follower_no, 'basis': basis, 'site_no': site_no} ORDER BY place, follower_no, site_no) AS followers
FROM followers
GROUP BY customer_no, signal;

-- What would move with the one who goes, and who would be left without a bin.
CREATE OR REPLACE TEMP TABLE stakes AS
WITH leaving AS (SELECT DISTINCT customer_no FROM departures),
own_services AS (
    SELECT customer_no, list(service_no ORDER BY service_no) AS items FROM active_services SEMI JOIN leaving USING (customer_no) GROUP BY customer_no
),
bills AS (
    SELECT customer_no, list(DISTINCT site_no ORDER BY site_no) AS items
    FROM current_roles SEMI JOIN leaving USING (customer_no)
    WHERE role = 'payer'
    GROUP BY customer_no
),
hosted AS (
    SELECT host_customer_no AS customer_no, list(bin_group_no ORDER BY bin_group_no) AS items
    FROM group_hosts WHERE host_customer_no IN (SELECT customer_no FROM leaving) GROUP BY 1
),
contacts AS (
    SELECT customer_no, list(bin_group_no ORDER BY bin_group_no) AS items
    FROM group_contacts SEMI JOIN leaving USING (customer_no) GROUP BY customer_no
),
memberships AS (
    SELECT customer_no, list(line ORDER BY line) AS items FROM active_members SEMI JOIN leaving USING (customer_no) GROUP BY customer_no
),
left_behind AS (
    SELECT h.host_customer_no AS customer_no, list(m.line ORDER BY m.line) AS items
    FROM group_hosts AS h
    INNER JOIN active_members AS m ON m.bin_group_no = h.bin_group_no AND NOT m.is_host
    WHERE h.host_customer_no IN (SELECT customer_no FROM leaving)
    GROUP BY 1
)
SELECT
    l.customer_no,
    {
        'services': coalesce(s.items, []), 'bills': coalesce(b.items, []), 'hosted_bin_groups': coalesce(h.items, []),
        'contact_of_bin_groups': coalesce(k.items, []), 'memberships': coalesce(m.items, []),
        'left_without_bin': coalesce(x.items, [])
    } AS consequences
FROM leaving AS l
LEFT JOIN own_services AS s USING (customer_no)
LEFT JOIN bills AS b USING (customer_no)
LEFT JOIN hosted AS h USING (customer_no)
LEFT JOIN contacts AS k USING (customer_no)
LEFT JOIN memberships AS m USING (customer_no)
LEFT JOIN left_behind AS x USING (customer_no);
