-- id = "K28"
-- title.fi = "Osakas on myynyt kohteen"
-- title.sv = "Delägaren har sålt objektet"
-- title.en = "A member has sold the site"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} osakas {customer_no} on luopunut kohteesta {site_no} ({sold_on}); uusi haltija[ {new_holder_no}] ei ole osakas."
-- summary.sv = "Delägaren {customer_no} på rad {member_no} i {bin_group_no} har lämnat objektet {site_no} ({sold_on}); den nya innehavaren[ {new_holder_no}] är inte delägare."
-- summary.en = "The member {customer_no} on line {member_no} of {bin_group_no} has given up site {site_no} ({sold_on}); the new holder[ {new_holder_no}] is no member."
-- severity = "review"
-- ends_in = "change"
-- why = "The one who left is billed, the one who came has no bin: the line ends with the sale, and the new holder is asked to join. The duty to have waste collected goes with the site."
-- subjects = "bin_groups, bin_group_members, sites, customers"
-- uses = ["macros", "current_roles", "members", "succession"]
-- parameters = ["stale.new_owner_window_days"]
-- [guards]
-- buyer = "The customer whose ownership began with the change bought the site."
-- other_site = "An owner of two sites may have sold the other one."
-- own_household = "Where today's owner is of the member's own household, the site stayed in it."
-- holder_is_member = "Where the new holder is already on the list, only the old line is left over."
WITH sold AS (
    SELECT
        m.line, m.bin_group_no, m.member_no, m.customer_no, m.site_no, m.use, m.is_host,
        min(coalesce(r.end_on, d.observed_on)) AS sold_on
    FROM active_members AS m
    LEFT JOIN site_roles AS r
        ON r.customer_no = m.customer_no AND r.site_no = m.site_no AND r.role = 'owner' AND r.end_on <= CAST($as_of AS DATE)
    LEFT JOIN sales_told AS d ON d.customer_no = m.customer_no
    LEFT JOIN current_roles AS o ON o.customer_no = m.customer_no AND o.site_no = m.site_no AND o.role IN ('owner', 'occupant')
    WHERE
        m.site_no IS NOT NULL
        AND (
            (r.customer_no IS NOT NULL AND o.customer_no IS NULL)
            OR (
                d.customer_no IS NOT NULL
                -- guard: buyer
                -- Whose ownership began with the change is the buyer.
                AND coalesce(abs(o.start_on - d.observed_on) > 31, TRUE)
                -- end guard
                -- guard: other_site
                AND (
                    o.customer_no IS NULL
                    OR NOT EXISTS (
                        SELECT 1 FROM customer_sites AS cs WHERE cs.customer_no = m.customer_no AND cs.site_no <> m.site_no
                    )
                    OR EXISTS (
                        SELECT 1 FROM current_roles AS n
                        WHERE n.site_no = m.site_no AND n.role = 'owner' AND n.customer_no <> m.customer_no
                        AND abs(n.start_on - d.observed_on) <= $new_owner_window_days
                    )
                )
                -- end guard
            )
        )
    GROUP BY ALL
),
holders AS (
    SELECT
        s.line, r.customer_no AS new_holder_no, r.start_on AS since_on,
        row_number() OVER (PARTITION BY s.line ORDER BY abs(r.start_on - s.sold_on) NULLS LAST, r.customer_no) AS place
    FROM sold AS s
    INNER JOIN current_roles AS r ON r.site_no = s.site_no AND r.role = 'owner' AND r.customer_no <> s.customer_no
)
SELECT
    [subject('bin_groups', s.bin_group_no), subject('bin_group_members', s.line), subject('sites', s.site_no), subject('customers', s.customer_no)] AS subjects,
    {
        'bin_group_no': s.bin_group_no, 'member_no': s.member_no, 'site_no': s.site_no, 'customer_no': s.customer_no,
        'sold_on': s.sold_on, 'new_holder_no': h.new_holder_no, 'is_host': s.is_host, 'consequences': k.consequences
    } AS evidence,
    CASE
        WHEN h.new_holder_no IS NOT NULL THEN [
            change('bin_group_members', s.line, 'end_on', s.sold_on),
            new_cell('bin_group_members', s.bin_group_no || '/new:' || h.new_holder_no, 'customer_no', h.new_holder_no),
            new_cell('bin_group_members', s.bin_group_no || '/new:' || h.new_holder_no, 'site_no', s.site_no),
            new_cell('bin_group_members', s.bin_group_no || '/new:' || h.new_holder_no, 'start_on', greatest(s.sold_on, h.since_on))
        ]
        ELSE [change('bin_group_members', s.line, 'end_on', s.sold_on)]
    END AS proposal
FROM sold AS s
LEFT JOIN holders AS h ON h.line = s.line AND h.place = 1
LEFT JOIN stakes AS k ON k.customer_no = s.customer_no
WHERE
    TRUE
    -- guard: own_household
    AND NOT EXISTS (
        SELECT 1 FROM current_roles AS r
        WHERE r.site_no = s.site_no AND r.role = 'owner' AND r.customer_no <> s.customer_no
        AND (
            EXISTS (
                SELECT 1 FROM pairs AS p
                WHERE p.relation IN ('household', 'same') AND p.customer_no_l = least(r.customer_no, s.customer_no) AND p.customer_no_r = greatest(r.customer_no, s.customer_no)
            )
            OR EXISTS (
                SELECT 1 FROM clusters AS a INNER JOIN clusters AS b USING (cluster_id)
                WHERE a.customer_no = r.customer_no AND b.customer_no = s.customer_no
            )
        )
    )
    -- end guard
    -- guard: holder_is_member
    AND NOT EXISTS (
        SELECT 1 FROM active_members AS m
        INNER JOIN current_roles AS r ON r.customer_no = m.customer_no AND r.role IN ('owner', 'occupant')
        WHERE m.bin_group_no = s.bin_group_no AND r.site_no = s.site_no AND m.line <> s.line
    )
    -- end guard
