-- Keys that were read but did not reach the typed tables. A line of a shared-bin list may have got its number here:
-- such lists are compared by the number of their different lines.
SELECT 'customers' AS table_name, trim(customer_no) AS key FROM landed.customers AS l
    ANTI JOIN customers AS t ON t.customer_no = trim(l.customer_no) WHERE trim(l.customer_no) <> ''
UNION SELECT 'sites', trim(site_no) FROM landed.sites AS l
    ANTI JOIN sites AS t ON t.site_no = trim(l.site_no) WHERE trim(l.site_no) <> ''
UNION SELECT 'services', trim(service_no) FROM landed.services AS l
    ANTI JOIN services AS t ON t.service_no = trim(l.service_no) WHERE trim(l.service_no) <> '' AND trim(l.customer_no) <> ''
UNION SELECT 'bin_groups', trim(bin_group_no) FROM landed.bin_groups AS l
    ANTI JOIN bin_groups AS t ON t.bin_group_no = trim(l.bin_group_no) WHERE trim(l.bin_group_no) <> ''
UNION SELECT 'bin_group_members', given.bin_group_no
FROM (
    SELECT trim(bin_group_no) AS bin_group_no, count(DISTINCT coalesce(nullif(trim(member_no), ''), _hash)) AS lines
    FROM landed.bin_group_members WHERE trim(bin_group_no) <> '' GROUP BY ALL
) AS given
LEFT JOIN (SELECT bin_group_no, count(*) AS lines FROM bin_group_members GROUP BY ALL) AS kept USING (bin_group_no)
WHERE given.lines > coalesce(kept.lines, 0)
