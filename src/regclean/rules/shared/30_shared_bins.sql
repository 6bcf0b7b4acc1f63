-- uses = ["macros", "current_roles", "active_services"]

-- Shared bins that stand on the day, each with its host and its contact person as far as they can be known.

CREATE OR REPLACE TEMP TABLE standing_groups AS
SELECT g.*
FROM bin_groups AS g
WHERE holds_on(CAST($as_of AS DATE), g.start_on, g.end_on);

-- Host: as given; else who holds the only contract with this number; the site: as given, else the host's at the address.
CREATE OR REPLACE TEMP TABLE group_hosts AS
WITH by_contract AS (
    SELECT bin_group_no, any_value(customer_no ORDER BY service_no) AS customer_no, any_value(site_no ORDER BY service_no) AS site_no
    FROM active_services WHERE bin_group_no IS NOT NULL AND bin_litres > 0
    GROUP BY bin_group_no HAVING count(DISTINCT customer_no) = 1 AND count(DISTINCT site_no) <= 1
),
at_address AS (
    SELECT g.bin_group_no, min(cs.site_no) AS site_no
    FROM standing_groups AS g
    INNER JOIN customer_sites AS cs ON cs.customer_no = g.host_customer_no
    INNER JOIN sites AS t ON t.site_no = cs.site_no AND t.m_street = g.m_street AND t.m_house IS NOT DISTINCT FROM g.m_house
    WHERE g.host_site_no IS NULL
    GROUP BY g.bin_group_no HAVING count(DISTINCT cs.site_no) = 1
)
SELECT
    g.bin_group_no,
    coalesce(g.host_customer_no, b.customer_no) AS host_customer_no,
    coalesce(g.host_site_no, b.site_no, a.site_no) AS host_site_no,
    coalesce(g.waste_type = 'area_collection', FALSE)
        OR coalesce(regexp_matches(folded(c.name), 'aluekerays|omradesinsamling|omradesuppsamling'), FALSE)
        OR coalesce(regexp_matches(folded(g.contact_name), 'aluekerays|omradesinsamling|omradesuppsamling'), FALSE)
        OR EXISTS (
            SELECT 1 FROM active_services AS s
            WHERE s.is_area_point AND s.bin_group_no = g.bin_group_no
        ) AS is_area_point
FROM standing_groups AS g
LEFT JOIN by_contract AS b USING (bin_group_no)
LEFT JOIN at_address AS a USING (bin_group_no)
LEFT JOIN customers AS c ON c.customer_no = coalesce(g.host_customer_no, b.customer_no);
