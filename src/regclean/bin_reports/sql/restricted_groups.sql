-- Shared bins behind which somebody under non-disclosure may be: as a member, given, linked or only a candidate, as host
-- or contact person, by a mark on a line, by a contract, by a role at one of the sites, or under another number of the same party. Their pages
-- would tell where that person is; so would a page that only leaves a line out.
WITH protected AS (
    SELECT customer_no FROM customers WHERE non_disclosure
    UNION
    SELECT other.customer_no
    FROM clusters AS c
    INNER JOIN customers AS p ON p.customer_no = c.customer_no AND p.non_disclosure
    INNER JOIN clusters AS other ON other.cluster_id = c.cluster_id
),
group_sites AS (
    SELECT bin_group_no, host_site_no AS site_no FROM bin_groups WHERE host_site_no IS NOT NULL
    UNION
    SELECT bin_group_no, site_no FROM bin_group_members WHERE site_no IS NOT NULL
    UNION
    SELECT bin_group_no, site_no FROM services WHERE bin_group_no IS NOT NULL AND site_no IS NOT NULL
),
behind AS (
    SELECT bin_group_no, customer_no FROM bin_group_members
    UNION ALL
    SELECT bin_group_no, customer_no FROM member_links
    UNION ALL
    SELECT bin_group_no, unnest(from_json(candidates, '[{"customer_no": "VARCHAR"}]'), recursive := TRUE) FROM member_links
    UNION ALL
    SELECT bin_group_no, unnest([host_customer_no, contact_customer_no]) FROM bin_groups
    UNION ALL
    SELECT bin_group_no, customer_no FROM services WHERE bin_group_no IS NOT NULL
    UNION ALL
    SELECT s.bin_group_no, r.customer_no FROM group_sites AS s INNER JOIN site_roles AS r USING (site_no)
    UNION ALL
    SELECT g.bin_group_no, c.customer_no
    FROM bin_groups AS g INNER JOIN customers AS c ON c.phone = g.contact_phone OR c.phone_2 = g.contact_phone
    WHERE c.non_disclosure
    UNION ALL
    SELECT g.bin_group_no, c.customer_no
    FROM bin_groups AS g INNER JOIN customers AS c ON lower(c.email) = lower(g.contact_email)
    WHERE c.non_disclosure
)
SELECT bin_group_no FROM behind SEMI JOIN protected USING (customer_no)
UNION
SELECT bin_group_no FROM hidden_lines
