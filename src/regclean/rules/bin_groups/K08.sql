-- id = "K08"
-- title.fi = "Isäntäkohteessa ei ole kimpan astiaa"
-- title.sv = "Värdobjektet saknar det gemensamma kärlet"
-- title.en = "The host's site has no such bin"
-- summary.fi = "Kimpan {bin_group_no} isäntäkohteessa {host_site_no} ei ole voimassa olevaa astiaa ({waste_type})."
-- summary.sv = "Värdobjektet {host_site_no} för det gemensamma kärlet {bin_group_no} har inget gällande kärl ({waste_type})."
-- summary.en = "The host's site {host_site_no} of shared bin {bin_group_no} has no bin under contract ({waste_type})."
-- severity = "error"
-- ends_in = "task"
-- asks.fi = "Selvitä, missä kimpan astia on ja kenen sopimuksella."
-- asks.sv = "Ta reda på var det gemensamma kärlet står och på vems avtal."
-- asks.en = "Find out where the shared bin stands and under whose contract."
-- way = "visit"
-- why = "Without a bin under contract at the host's the members share nothing: their waste goes uncollected or their own bins were ended for nothing."
-- subjects = "bin_groups"
-- uses = ["shared_bins", "members", "bins_of_groups"]
-- [guards]
-- area_point = "An area collection point stands as a host without being one."
-- other_waste_type = "A bin of the shared bin's own number but another waste type is another defect (K21)."
SELECT
    [subject('bin_groups', g.bin_group_no)] AS subjects,
    {
        'bin_group_no': g.bin_group_no, 'host_site_no': h.host_site_no, 'host_customer_no': h.host_customer_no,
        'waste_type': g.waste_type,
        'last_end_on': (
            SELECT max(s.end_on) FROM services AS s
            WHERE s.end_on <= CAST($as_of AS DATE) AND s.waste_type = g.waste_type
            AND (s.site_no = h.host_site_no OR (h.host_site_no IS NULL AND s.customer_no = h.host_customer_no))
        ),
        'members': (SELECT list(m.line ORDER BY m.line) FROM active_members AS m WHERE m.bin_group_no = g.bin_group_no AND NOT m.is_host)
    } AS evidence
FROM standing_groups AS g
INNER JOIN group_hosts AS h USING (bin_group_no)
WHERE
    (h.host_site_no IS NOT NULL OR h.host_customer_no IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM group_bins AS b WHERE b.bin_group_no = g.bin_group_no AND b.is_of_type)
    -- guard: area_point
    AND NOT h.is_area_point
    -- end guard
    -- guard: other_waste_type
    AND NOT EXISTS (SELECT 1 FROM group_bins AS b WHERE b.bin_group_no = g.bin_group_no AND b.is_named)
    -- end guard
