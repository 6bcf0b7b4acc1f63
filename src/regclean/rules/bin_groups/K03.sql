-- id = "K03"
-- title.fi = "Kimpan yhteyshenkilö on poistunut"
-- title.sv = "Den ansvariga personen är inte längre med"
-- title.en = "The contact person is gone"
-- summary.fi = "Kimpan {bin_group_no} yhteyshenkilö {customer_no}: {reasons}[ ({observed_on})]."
-- summary.sv = "Den ansvariga för det gemensamma kärlet {bin_group_no}, kund {customer_no}: {reasons}[ ({observed_on})]."
-- summary.en = "The contact person of shared bin {bin_group_no}, customer {customer_no}: {reasons}[ ({observed_on})]."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Pyydä osakkaita nimeämään uusi yhteyshenkilö."
-- asks.sv = "Be delägarna utse en ny ansvarig person."
-- asks.en = "Ask the members to name another contact person."
-- way = "letter"
-- why = "Only the contact person may report changes. When they have ended, died or moved, the members must name another."
-- subjects = "bin_groups, customers"
-- uses = ["current_roles", "shared_bins", "members", "contacts", "succession"]
-- [guards]
-- still_there = "A contact who moved elsewhere but still owns a site of the shared bin is not gone."
WITH places AS (
    SELECT bin_group_no, host_site_no AS site_no FROM group_hosts WHERE host_site_no IS NOT NULL
    UNION
    SELECT bin_group_no, site_no FROM members WHERE site_no IS NOT NULL
),
at_home AS (
    SELECT DISTINCT k.bin_group_no
    FROM group_contacts AS k
    INNER JOIN current_roles AS r ON r.customer_no = k.customer_no AND r.role IN ('owner', 'occupant')
    INNER JOIN places AS p ON p.bin_group_no = k.bin_group_no AND p.site_no = r.site_no
),
reasons AS (
    SELECT k.bin_group_no, k.customer_no, 'ended' AS reason, NULL::DATE AS observed_on
    FROM group_contacts AS k INNER JOIN customers AS c USING (customer_no)
    WHERE c.status = 'ended'
    UNION ALL
    SELECT k.bin_group_no, k.customer_no, 'deceased', max(e.observed_on)
    FROM group_contacts AS k
    INNER JOIN customers AS c USING (customer_no)
    LEFT JOIN departures AS e ON e.customer_no = k.customer_no AND e.signal = 'death'
    WHERE e.customer_no IS NOT NULL OR c.kind = 'estate'
    GROUP BY k.bin_group_no, k.customer_no
    UNION ALL
    SELECT k.bin_group_no, k.customer_no, 'moved', s.observed_on
    FROM group_contacts AS k
    INNER JOIN departures AS s ON s.customer_no = k.customer_no AND s.signal = 'move'
    WHERE
        TRUE
        -- guard: still_there
        AND k.bin_group_no NOT IN (SELECT bin_group_no FROM at_home)
        -- end guard
    UNION ALL
    -- Every role at the shared bin's own sites is over, and there was one.
    SELECT k.bin_group_no, k.customer_no, 'moved', max(r.end_on)
    FROM group_contacts AS k
    INNER JOIN places AS p USING (bin_group_no)
    INNER JOIN site_roles AS r ON r.customer_no = k.customer_no AND r.site_no = p.site_no
    WHERE NOT EXISTS (SELECT 1 FROM customer_sites AS cs INNER JOIN places AS q USING (site_no) WHERE cs.customer_no = k.customer_no AND q.bin_group_no = k.bin_group_no)
    GROUP BY k.bin_group_no, k.customer_no
    HAVING max(r.end_on) <= CAST($as_of AS DATE)
)
SELECT
    [subject('bin_groups', r.bin_group_no), subject('customers', r.customer_no)] AS subjects,
    {
        'bin_group_no': r.bin_group_no, 'customer_no': r.customer_no, 'reasons': list(DISTINCT r.reason ORDER BY r.reason),
        'observed_on': max(r.observed_on), 'followers': any_value(f.followers)
    } AS evidence
FROM reasons AS r
LEFT JOIN (SELECT customer_no, min(followers) AS followers FROM follower_lists GROUP BY customer_no) AS f USING (customer_no)
GROUP BY r.bin_group_no, r.customer_no
