-- id = "K05"
-- title.fi = "Sama talous on listalla kahdesti"
-- title.sv = "Samma hushåll finns två gånger på listan"
-- title.en = "One household is listed twice"
-- summary.fi = "Kimpan {bin_group_no} rivit {member_no} ja {other_member_no} ovat samaa taloutta: {reasons}."
-- summary.sv = "Raderna {member_no} och {other_member_no} för det gemensamma kärlet {bin_group_no} är samma hushåll: {reasons}."
-- summary.en = "Lines {member_no} and {other_member_no} of shared bin {bin_group_no} are one household: {reasons}."
-- severity = "review"
-- ends_in = "change"
-- why = "A household shares a bin once; spouses on two lines pay two shares and make the bin look too small."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "members"]
-- [guards]
-- dwellings = "Two dwellings of one site are two households."
-- two_sites = "One family with two sites may share the bin twice."
-- duplicate_party = "One person under two customer numbers is another defect (K26)."
WITH houses AS (
    -- Where nobody is linked yet: the site at the line's own address, if it is one dwelling.
    SELECT m_street, m_house, m_house_letter, min(site_no) AS site_no
    FROM sites
    WHERE m_house IS NOT NULL AND m_flat IS NULL
    GROUP BY m_street, m_house, m_house_letter
    HAVING count(*) = 1 AND min(dwellings) = 1
),
lines AS (
    SELECT
        m.* REPLACE (coalesce(m.site_no, h.site_no) AS site_no), m.line IN (SELECT line FROM host_household) AS of_host, coalesce(t.dwellings, 1) AS dwellings,
        coalesce(k.cluster_id, m.own_no) AS party, c.m_given AS own_given, c.m_last AS own_last
    FROM active_members AS m
    LEFT JOIN houses AS h
        ON h.m_street = m.m_street AND h.m_house = m.m_house AND h.m_house_letter IS NOT DISTINCT FROM m.m_house_letter
        AND m.m_flat IS NULL AND NOT m.proxy_address
    LEFT JOIN sites AS t ON t.site_no = coalesce(m.site_no, h.site_no)
    LEFT JOIN clusters AS k ON k.customer_no = m.own_no
    LEFT JOIN customers AS c ON c.customer_no = m.own_no
),
relatives AS (
    SELECT customer_no_l, customer_no_r FROM pairs WHERE relation = 'household'
),
-- Probably one person, and nobody has decided it yet.
probable AS (
    SELECT customer_no_l, customer_no_r FROM pairs WHERE relation IN ('same', 'unsure') AND match_probability >= 0.5
),
couples AS (
    SELECT
        a.bin_group_no, a.member_no, b.member_no AS other_member_no, a.line, b.line AS other_line, a.customer_no,
        b.customer_no AS other_customer_no, coalesce(a.site_no, b.site_no) AS site_no,
        coalesce(a.site_no = b.site_no, FALSE) AS one_site,
        coalesce(a.customer_no = b.customer_no, FALSE) AS one_customer,
        r.customer_no_l IS NOT NULL OR (a.of_host AND b.of_host AND greatest(a.dwellings, b.dwellings) <= 1) AS one_family,
        coalesce(
            coalesce(a.m_last = b.m_last, a.m_org = b.m_org) AND a.m_street = b.m_street AND a.m_house IS NOT DISTINCT FROM b.m_house
            AND a.m_house_letter IS NOT DISTINCT FROM b.m_house_letter
            AND a.m_flat IS NOT DISTINCT FROM b.m_flat
            -- One full name twice is one household wherever its lines say that it lives.
            AND ((NOT a.proxy_address AND NOT b.proxy_address) OR a.m_first = b.m_first OR a.m_org = b.m_org), FALSE
        ) AS one_address,
        greatest(a.dwellings, b.dwellings) AS dwellings, coalesce(a.m_flat <> b.m_flat, FALSE) AS other_flat,
        coalesce(a.site_no <> b.site_no, FALSE) AS other_site,
        coalesce(a.own_no <> b.own_no AND (a.party = b.party OR p.customer_no_l IS NOT NULL), FALSE) AS one_party,
        -- A line may name a couple of which the other line names one.
        coalesce(
            a.m_first = b.m_first AND a.m_last = b.m_last AND a.own_no <> b.own_no
            AND names_person(list_append(b.m_given, b.m_last), a.own_given, a.own_last)
            AND names_person(list_append(a.m_given, a.m_last), b.own_given, b.own_last), FALSE
        ) AS one_name
    FROM lines AS a
    INNER JOIN lines AS b ON b.bin_group_no = a.bin_group_no AND b.line > a.line
    LEFT JOIN relatives AS r
        ON r.customer_no_l = least(a.customer_no, b.customer_no) AND r.customer_no_r = greatest(a.customer_no, b.customer_no)
    LEFT JOIN probable AS p ON p.customer_no_l = least(a.own_no, b.own_no) AND p.customer_no_r = greatest(a.own_no, b.own_no)
)
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_group_members', line), subject('bin_group_members', other_line)] AS subjects,
    {
        'bin_group_no': bin_group_no, 'member_no': member_no, 'other_member_no': other_member_no, 'site_no': site_no,
        'customer_no': customer_no, 'other_customer_no': other_customer_no,
        'reasons': list_filter(
            [
                CASE WHEN one_site THEN 'one_site' END, CASE WHEN one_customer THEN 'one_customer' END,
                CASE WHEN one_family THEN 'one_family' END, CASE WHEN one_address THEN 'one_address' END
            ],
            lambda reason: reason IS NOT NULL
        )
    } AS evidence,
    [removed_row('bin_group_members', other_line)] AS proposal
FROM couples
WHERE
    (one_site OR one_customer OR one_family OR one_address)
    -- guard: dwellings
    AND NOT (one_site AND NOT one_customer AND NOT one_family AND (dwellings > 1 OR other_flat))
    -- end guard
    -- guard: two_sites
    AND NOT other_site
    -- end guard
    -- guard: duplicate_party
    AND NOT one_party AND NOT one_name
    -- end guard
