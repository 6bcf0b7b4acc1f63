-- uses = ["current_roles", "active_services", "shared_bins", "members"]

-- The bins that a shared bin consists of: contracts at the host's that carry its number, else the host's bin of its type.
CREATE OR REPLACE TEMP TABLE group_bins AS
SELECT
    g.bin_group_no, s.service_no, s.customer_no, s.site_no, s.waste_type, s.bin_litres, coalesce(s.bin_count, 1) AS bin_count,
    s.interval_weeks, s.bin_group_no IS NOT NULL AS is_named,
    s.waste_type = g.waste_type OR s.waste_type IS NULL OR g.waste_type IS NULL AS is_of_type
FROM standing_groups AS g
INNER JOIN group_hosts AS h USING (bin_group_no)
INNER JOIN active_services AS s
    ON
        s.bin_group_no = g.bin_group_no
        AND (
            s.site_no = h.host_site_no OR s.customer_no = h.host_customer_no
            OR (h.host_site_no IS NULL AND h.host_customer_no IS NULL)
        )
UNION ALL
SELECT
    g.bin_group_no, s.service_no, s.customer_no, s.site_no, s.waste_type, s.bin_litres, coalesce(s.bin_count, 1),
    s.interval_weeks, FALSE, TRUE
FROM standing_groups AS g
INNER JOIN group_hosts AS h USING (bin_group_no)
INNER JOIN active_services AS s ON s.site_no = h.host_site_no AND s.waste_type = g.waste_type
WHERE s.bin_group_no IS NULL;

-- A member's own bin of the list's waste type, at the member's own site. A share of the shared bin is none.
CREATE OR REPLACE TEMP TABLE own_bins AS
WITH only_site AS (
    SELECT customer_no FROM customer_sites GROUP BY customer_no HAVING count(DISTINCT site_no) = 1
)
SELECT DISTINCT
    m.line, m.bin_group_no, m.member_no, m.customer_no AS member_customer_no, m.waste_type, m.billing, m.share_percent,
    m.from_on, s.service_no, s.customer_no, s.site_no, s.is_paused, s.end_on, m.is_host,
    coalesce(s.site_no = m.site_no, FALSE) AS is_at_site
FROM active_members AS m
INNER JOIN active_services AS s ON s.waste_type = m.waste_type AND s.site_no = m.site_no
LEFT JOIN sites AS t ON t.site_no = s.site_no
WHERE s.bin_group_no IS NULL AND (coalesce(t.dwellings, 1) <= 1 OR s.customer_no = m.customer_no)
UNION
SELECT
    m.line, m.bin_group_no, m.member_no, m.customer_no, m.waste_type, m.billing, m.share_percent,
    m.from_on, s.service_no, s.customer_no, s.site_no, s.is_paused, s.end_on, m.is_host, FALSE
FROM active_members AS m
INNER JOIN active_services AS s ON s.waste_type = m.waste_type AND s.customer_no = m.customer_no
WHERE
    s.bin_group_no IS NULL
    AND (m.site_no IS NULL OR s.site_no IS NULL)
    AND (s.site_no IS NULL OR m.customer_no IN (SELECT customer_no FROM only_site))
    AND NOT m.is_host;
