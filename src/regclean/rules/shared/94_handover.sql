-- uses = ["macros", "current_roles", "active_services", "shared_bins", "members", "succession"]

-- Bills that nobody has paid yet.
CREATE OR REPLACE TEMP TABLE open_bills AS
SELECT customer_no, list(DISTINCT invoice_no ORDER BY invoice_no) AS bills, sum(amount) AS euros
FROM invoices
WHERE
    issued_on <= CAST($as_of AS DATE)
    AND state IN (SELECT state FROM (SELECT DISTINCT state FROM invoices) WHERE is_open_bill(state))
GROUP BY customer_no;

-- Complaints that nobody has settled: an event is closed when any row of it says so; without a number of its own it is forgotten
-- after a year.
CREATE OR REPLACE TEMP TABLE open_complaints AS
SELECT customer_no, list(coalesce(event_id, CAST(observed_on AS TEXT)) ORDER BY observed_on, event_id) AS complaints
FROM (
    SELECT customer_no, event_id, max(observed_on) AS observed_on
    FROM evidence
    WHERE signal = 'complaint' AND observed_on <= CAST($as_of AS DATE)
    GROUP BY customer_no, event_id, CASE WHEN event_id IS NULL THEN (observed_on, detail) END
    HAVING NOT bool_or(closed_on IS NOT NULL) AND (event_id IS NOT NULL OR max(observed_on) > CAST($as_of AS DATE) - INTERVAL 1 YEAR)
)
GROUP BY customer_no;

-- Who followed whom: pairs of which one is the other's successor, decided so or found so at a site that both have had.
-- The earlier one at the site goes; where they share none, the older account does. And whose home it was no more when somebody
-- else's began there, while something of the earlier one stayed behind: linkage sees no end as long as a contract runs.
CREATE OR REPLACE TEMP TABLE successions AS
WITH times AS (
    SELECT customer_no, site_no, min(since_on) AS since_on, bool_or(is_home) AS is_home
    FROM (
        SELECT customer_no, site_no, coalesce(start_on, DATE '-infinity') AS since_on, role IN ('owner', 'occupant') AS is_home
        FROM current_roles WHERE role <> 'manager'
        UNION ALL
        SELECT customer_no, site_no, coalesce(start_on, DATE '-infinity'), FALSE FROM active_services WHERE site_no IS NOT NULL
    )
    GROUP BY customer_no, site_no
),
told AS (
    SELECT customer_no_l AS one, customer_no_r AS other, contains(explanation, '"decided_successor"') AS is_decided
    FROM pairs WHERE relation = 'successor'
    UNION ALL
    SELECT customer_no_r, customer_no_l, contains(explanation, '"decided_successor"') FROM pairs WHERE relation = 'successor'
),
-- Who died or moved away goes, whoever was there first.
left_by AS (SELECT customer_no, max(observed_on) AS observed_on FROM departures WHERE signal IN ('death', 'move') GROUP BY customer_no),
told_to_leave AS (
    SELECT t.one AS old_no, t.other AS new_no, a.site_no, d.observed_on AS from_on, TRUE AS is_decided
    FROM told AS t
    INNER JOIN left_by AS d ON d.customer_no = t.one
    INNER JOIN times AS a ON a.customer_no = t.one
    WHERE t.is_decided AND t.other NOT IN (SELECT customer_no FROM left_by)
),
common AS (
    SELECT t.one AS old_no, t.other AS new_no, a.site_no, b.since_on AS from_on, t.is_decided
    FROM told AS t
    INNER JOIN times AS a ON a.customer_no = t.one
    INNER JOIN times AS b ON b.customer_no = t.other AND b.site_no = a.site_no AND b.since_on > a.since_on AND b.is_home
    WHERE t.one IN (SELECT customer_no FROM left_by) OR t.other NOT IN (SELECT customer_no FROM left_by)
),
apart AS (
    SELECT t.one AS old_no, t.other AS new_no, a.site_no, n.created_on AS from_on, TRUE AS is_decided
    FROM told AS t
    INNER JOIN customers AS o ON o.customer_no = t.one
    INNER JOIN customers AS n ON n.customer_no = t.other AND n.created_on > o.created_on
    INNER JOIN times AS a ON a.customer_no = t.one
    WHERE
        t.is_decided
        AND NOT EXISTS (SELECT 1 FROM times AS x INNER JOIN times AS y USING (site_no) WHERE x.customer_no = t.one AND y.customer_no = t.other)
),
gone AS (
    SELECT r.customer_no, r.site_no, max(r.end_on) AS end_on
    FROM site_roles AS r
    WHERE r.role IN ('owner', 'occupant')
    GROUP BY r.customer_no, r.site_no
    HAVING count(*) = count(r.end_on) AND max(r.end_on) <= CAST($as_of AS DATE)
),
-- One party's accounts are merged, a household's stay beside each other: neither follows the other by itself.
of_one AS (
    SELECT a.customer_no AS one, b.customer_no AS other FROM clusters AS a INNER JOIN clusters AS b USING (cluster_id)
    UNION ALL
    SELECT customer_no_l, customer_no_r FROM pairs WHERE relation NOT IN ('successor', 'related')
    UNION ALL
    SELECT customer_no_r, customer_no_l FROM pairs WHERE relation NOT IN ('successor', 'related')
    UNION ALL
    -- A surname at one address; which word it is, is not always known.
    SELECT a.customer_no, b.customer_no
    FROM customers AS a
    INNER JOIN customers AS b USING (m_street, m_house, m_postal)
    WHERE a.customer_no IN (SELECT customer_no FROM gone)
        AND (a.m_last = b.m_last OR list_contains(a.m_given, b.m_last) OR list_contains(b.m_given, a.m_last))
),
left_behind AS (
    SELECT g.customer_no AS old_no, r.customer_no AS new_no, g.site_no, min(r.start_on) AS from_on, FALSE AS is_decided
    FROM gone AS g
    INNER JOIN current_roles AS r ON r.site_no = g.site_no AND r.customer_no <> g.customer_no AND r.role IN ('owner', 'occupant')
    ANTI JOIN of_one AS o ON o.one = g.customer_no AND o.other = r.customer_no
    WHERE r.start_on BETWEEN g.end_on - 31 AND g.end_on + INTERVAL 1 YEAR
    GROUP BY g.customer_no, r.customer_no, g.site_no
)
SELECT *
FROM (
    SELECT * FROM told_to_leave
    UNION ALL SELECT * FROM common
    UNION ALL SELECT * FROM apart
    UNION ALL SELECT * FROM left_behind
    UNION ALL
    -- A sale that was told, and who bought.
    SELECT customer_no, follower_no, site_no, owner_since, FALSE FROM followers WHERE signal = 'owner_change' AND basis = 'buyer' AND site_no IS NOT NULL
)
-- One follower at each site: who came last.
QUALIFY row_number() OVER (PARTITION BY old_no, site_no ORDER BY is_decided DESC, from_on DESC, new_no) = 1;

-- What moves at each site from the old party to the new one, from which day. What began later was agreed anew and stays, unless
-- people decided.
CREATE OR REPLACE TEMP TABLE handover_cells AS
WITH named AS (
    SELECT s.*, coalesce(n.name, concat_ws(' ', n.first_names, n.last_name)) AS new_name, n.phone AS new_phone, n.email AS new_email
    FROM successions AS s INNER JOIN customers AS n ON n.customer_no = s.new_no
)
SELECT s.old_no, s.new_no, s.site_no, 1 AS place, r.role AS item, [change('site_roles', row_key(s.old_no, s.site_no, r.role), 'end_on', s.from_on)] AS changes
FROM named AS s INNER JOIN current_roles AS r ON r.customer_no = s.old_no AND r.site_no = s.site_no
WHERE r.role <> 'manager' AND (s.is_decided OR (r.start_on >= s.from_on) IS NOT TRUE)
UNION ALL
-- Whoever follows is what the old one was, if nothing else yet.
SELECT s.old_no, s.new_no, s.site_no, 2, r.role, [new_cell('site_roles', row_key(s.new_no, s.site_no, r.role), 'start_on', s.from_on)]
FROM named AS s INNER JOIN current_roles AS r ON r.customer_no = s.old_no AND r.site_no = s.site_no
WHERE
    r.role IN ('owner', 'occupant')
    AND NOT EXISTS (SELECT 1 FROM current_roles AS x WHERE x.customer_no = s.new_no AND x.site_no = s.site_no AND x.role <> 'payer')
UNION ALL
-- Who paid for the site; unless somebody else is there who pays, too.
SELECT s.old_no, s.new_no, s.site_no, 2, r.role, [new_cell('site_roles', row_key(s.new_no, s.site_no, r.role), 'start_on', s.from_on)]
FROM named AS s INNER JOIN current_roles AS r ON r.customer_no = s.old_no AND r.site_no = s.site_no
WHERE
    r.role = 'payer' AND (s.is_decided OR (r.start_on >= s.from_on) IS NOT TRUE)
    AND NOT EXISTS (SELECT 1 FROM current_roles AS x WHERE x.site_no = s.site_no AND x.role = 'payer' AND x.customer_no <> s.old_no)
UNION ALL
-- A notice of composting is its holder's own: whoever follows gives a new one.
SELECT
    s.old_no, s.new_no, s.site_no, 3, v.service_no,
    [CASE WHEN v.waste_type = 'compost' THEN change('services', v.service_no, 'end_on', s.from_on) ELSE change('services', v.service_no, 'customer_no', s.new_no) END]
FROM named AS s INNER JOIN active_services AS v ON v.customer_no = s.old_no AND v.site_no = s.site_no
WHERE s.is_decided OR (v.start_on >= s.from_on) IS NOT TRUE
UNION ALL
SELECT s.old_no, s.new_no, s.site_no, 4, h.bin_group_no, [change('bin_groups', h.bin_group_no, 'host_customer_no', s.new_no)]
FROM named AS s
INNER JOIN group_hosts AS h ON h.host_site_no = s.site_no
INNER JOIN standing_groups AS g ON g.bin_group_no = h.bin_group_no AND g.host_customer_no = s.old_no
UNION ALL
-- Also of a bin that stands at a neighbour's, where the site is on its list. What the old one was reached by is nobody's there.
SELECT
    s.old_no, s.new_no, s.site_no, 5, g.bin_group_no,
    [
        change('bin_groups', g.bin_group_no, 'contact_customer_no', s.new_no), change('bin_groups', g.bin_group_no, 'contact_name', s.new_name)
    ]
    || CASE WHEN g.contact_phone IS DISTINCT FROM s.new_phone THEN [change('bin_groups', g.bin_group_no, 'contact_phone', s.new_phone)] ELSE [] END
    || CASE WHEN g.contact_email IS DISTINCT FROM s.new_email THEN [change('bin_groups', g.bin_group_no, 'contact_email', s.new_email)] ELSE [] END
FROM named AS s
INNER JOIN standing_groups AS g ON g.contact_customer_no = s.old_no
WHERE
    EXISTS (SELECT 1 FROM group_hosts AS h WHERE h.bin_group_no = g.bin_group_no AND h.host_site_no = s.site_no)
    OR EXISTS (SELECT 1 FROM active_members AS m WHERE m.bin_group_no = g.bin_group_no AND m.site_no = s.site_no AND m.own_no = s.old_no)
UNION ALL
SELECT
    s.old_no, s.new_no, s.site_no, 6, m.line,
    [
        change('bin_group_members', m.line, 'customer_no', s.new_no), change('bin_group_members', m.line, 'name', s.new_name)
    ]
    || CASE WHEN m.phone IS DISTINCT FROM s.new_phone THEN [change('bin_group_members', m.line, 'phone', s.new_phone)] ELSE [] END
    || CASE WHEN m.email IS DISTINCT FROM s.new_email THEN [change('bin_group_members', m.line, 'email', s.new_email)] ELSE [] END
FROM named AS s
INNER JOIN active_members AS m ON m.site_no = s.site_no AND m.own_no = s.old_no AND coalesce(m.customer_no_given, s.old_no) = s.old_no;

CREATE OR REPLACE TEMP TABLE handover_changes AS
SELECT old_no, new_no, list(DISTINCT site_no ORDER BY site_no) AS sites, flatten(list(changes ORDER BY place, site_no, item)) AS changes, count(*) AS parts
FROM handover_cells
GROUP BY old_no, new_no;
