-- id = "K20"
-- title.fi = "Kimppaisäntä ei ole osakas eikä kohteeseen ole yhteyttä"
-- title.sv = "Värden är inte delägare och saknar koppling till objektet"
-- title.en = "The host is not a member and has no link to the site"
-- summary.fi = "Kimpan {bin_group_no} kimppaisäntä {host_customer_no} ei ole listalla eikä liity kohteeseen {host_site_no}."
-- summary.sv = "Värden {host_customer_no} för det gemensamma kärlet {bin_group_no} finns inte på listan och hör inte till objektet {host_site_no}."
-- summary.en = "The host {host_customer_no} of shared bin {bin_group_no} is not on the list and does not belong to site {host_site_no}."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy, kenen maalla astia on ja kuka on kimppaisäntä."
-- asks.sv = "Fråga på vems mark kärlet står och vem som är värd."
-- asks.en = "Ask on whose land the bin stands and who the host is."
-- way = "call"
-- why = "The bin stands on somebody's land. A host who neither shares it nor belongs to the site is a mistake, or has left."
-- subjects = "bin_groups"
-- uses = ["macros", "current_roles", "shared_bins", "members"]
-- [guards]
-- site_link = "A host who owns the site need not share the bin."
-- unresolved_line = "A line with the host's surname that is not linked yet may be the host's own."
-- area_point = "An area collection point has a pseudo-host."
SELECT
    [subject('bin_groups', g.bin_group_no)] AS subjects,
    {
        'bin_group_no': g.bin_group_no, 'host_customer_no': h.host_customer_no, 'host_site_no': h.host_site_no,
        'host_customer_no_given': g.host_customer_no, 'host_site_no_given': g.host_site_no
    } AS evidence,
    CASE WHEN o.owner_no IS NOT NULL AND g.host_customer_no IS NOT NULL THEN [change('bin_groups', g.bin_group_no, 'host_customer_no', o.owner_no)] END AS proposal
FROM standing_groups AS g
INNER JOIN group_hosts AS h USING (bin_group_no)
LEFT JOIN (
    SELECT site_no, min(customer_no) AS owner_no FROM current_roles WHERE role = 'owner' GROUP BY site_no HAVING count(DISTINCT customer_no) = 1
) AS o ON o.site_no = h.host_site_no
WHERE
    NOT EXISTS (SELECT 1 FROM active_members AS m WHERE m.bin_group_no = g.bin_group_no AND m.line IN (SELECT line FROM host_household))
    -- guard: site_link
    AND NOT EXISTS (
        SELECT 1 FROM customer_sites AS cs
        WHERE cs.site_no = h.host_site_no AND coalesce(cs.customer_no = h.host_customer_no, g.host_customer_no IS NULL)
    )
    -- end guard
    -- guard: unresolved_line
    -- A line that nobody could be found for yet may well be the host's.
    AND NOT EXISTS (
        SELECT 1 FROM active_members AS m INNER JOIN customers AS c ON c.customer_no = h.host_customer_no
        WHERE m.bin_group_no = g.bin_group_no AND m.customer_no IS NULL AND m.m_last = c.m_last
    )
    -- end guard
    -- guard: area_point
    AND NOT h.is_area_point
    -- end guard
