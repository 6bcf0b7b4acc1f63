-- The postal areas that a shared bin is in: by its address, its host site and its services; where nothing says, by what most
-- lines say. `n`: customers in them.
CREATE OR REPLACE TEMP TABLE link_member_areas AS
WITH said AS (
    SELECT bin_group_no, m_postal AS postal FROM bin_groups
    UNION
    SELECT g.bin_group_no, s.m_postal FROM bin_groups g JOIN sites s ON s.site_no = g.host_site_no
    UNION
    SELECT v.bin_group_no, s.m_postal FROM services v JOIN sites s USING (site_no) WHERE v.bin_group_no IS NOT NULL
),
known AS (SELECT * FROM said WHERE postal IS NOT NULL),
voted AS (
    SELECT bin_group_no, mode(m_postal ORDER BY m_postal) AS postal
    FROM bin_group_members
    WHERE m_postal IS NOT NULL AND bin_group_no NOT IN (SELECT bin_group_no FROM known)
    GROUP BY bin_group_no
),
inhabited AS (SELECT postal, count(DISTINCT customer_no) AS n FROM link_member_places GROUP BY postal)
SELECT bin_group_no, postal, sum(coalesce(n, 0)) OVER (PARTITION BY bin_group_no)::BIGINT AS n
FROM (SELECT * FROM known UNION SELECT * FROM voted) area
LEFT JOIN inhabited USING (postal);
