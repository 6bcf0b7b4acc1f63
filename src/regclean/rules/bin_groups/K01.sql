-- id = "K01"
-- title.fi = "Kohde on kahdessa kimpassa yhtä aikaa"
-- title.sv = "Objektet är med i två gemensamma kärl samtidigt"
-- title.en = "One site is in two shared bins at once"
-- summary.fi = "Kohde[ {site_no}] on yhtä aikaa kimpoissa {bin_group_no} ja {other_bin_group_no}[ ({waste_type})][, {overlap_from} alkaen]."
-- summary.sv = "Objektet[ {site_no}] är samtidigt med i de gemensamma kärlen {bin_group_no} och {other_bin_group_no}[ ({waste_type})][ från {overlap_from}]."
-- summary.en = "Site[ {site_no}] is in shared bins {bin_group_no} and {other_bin_group_no} at once[ ({waste_type})][, from {overlap_from}]."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy yhteyshenkilöiltä, kumpaan kimppaan kohde kuuluu."
-- asks.sv = "Fråga de ansvariga vilket gemensamt kärl objektet hör till."
-- asks.en = "Ask the contact persons which of the shared bins the site belongs to."
-- way = "call"
-- why = "A site needs one bin for one kind of waste: it pays twice, or one of the lists was not updated when it left."
-- subjects = "bin_groups, bin_group_members, sites"
-- uses = ["macros", "members"]
-- [guards]
-- waste_type = "One site may share a bin for mixed waste here and one for biowaste there."
-- elsewhere = "A line that was found by its name and tells an address where that customer has nothing is a namesake's, or of another site."
-- dates = "Memberships that follow each other do not overlap."
WITH lines AS (
    SELECT
        line, bin_group_no, site_no, customer_no, waste_type,
        coalesce(
            'site ' || site_no, 'customer ' || customer_no,
            -- Who is not found yet: one name at one address.
            CASE WHEN NOT proxy_address AND m_house IS NOT NULL THEN
                'name ' || array_to_string(list_sort(string_split(folded(name), ' ')), ' ') || ' at ' || concat_ws(' ', m_street, m_house, m_house_letter, m_flat)
            END
        ) AS place, from_on, to_on
    FROM members AS m
    WHERE
        place IS NOT NULL
        -- guard: elsewhere
        AND (
            customer_no_given IS NOT NULL OR site_is_given OR proxy_address OR m_house IS NULL OR customer_no IS NULL
            OR EXISTS (
                SELECT 1 FROM customer_addresses AS h
                WHERE
                    h.customer_no = m.customer_no AND h.m_house = m.m_house AND coalesce(h.m_flat = m.m_flat, TRUE)
                    AND jaro_winkler_similarity(h.m_street, m.m_street) >= 0.9
            )
        )
        -- end guard
),
doubles AS (
    SELECT
        a.bin_group_no, b.bin_group_no AS other_bin_group_no, a.waste_type, coalesce(a.site_no, b.site_no) AS site_no,
        min(coalesce(a.customer_no, b.customer_no)) AS customer_no, list(DISTINCT a.line) || list(DISTINCT b.line) AS lines,
        count(DISTINCT a.line) + count(DISTINCT b.line) = 2 AS one_line_each, min(a.line) AS line, min(b.line) AS other_line,
        min(a.from_on) AS from_on, min(b.from_on) AS other_from_on,
        min(greatest(a.from_on, b.from_on)) AS overlap_from, max(least(a.to_on, b.to_on)) AS overlap_to
    FROM lines AS a
    INNER JOIN lines AS b
        ON b.place = a.place AND b.bin_group_no > a.bin_group_no
        -- guard: waste_type
        AND b.waste_type IS NOT DISTINCT FROM a.waste_type
        -- end guard
    WHERE
        -- guard: dates
        coalesce(greatest(a.from_on, b.from_on), DATE '0001-01-01') < coalesce(least(a.to_on, b.to_on), DATE '9999-12-31') AND
        -- end guard
        coalesce(least(a.to_on, b.to_on) > CAST($as_of AS DATE), TRUE)
    GROUP BY ALL
)
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_groups', other_bin_group_no)]
    || list_transform(lines, lambda line: subject('bin_group_members', line))
    || list_filter([coalesce(subject('sites', site_no), subject('customers', customer_no))], lambda about: about IS NOT NULL) AS subjects,
    {
        'site_no': coalesce(site_no, customer_no), 'customer_no': customer_no, 'bin_group_no': bin_group_no,
        'other_bin_group_no': other_bin_group_no, 'waste_type': waste_type, 'lines': list_sort(lines),
        'overlap_from': overlap_from, 'overlap_to': overlap_to
    } AS evidence,
    -- Who joined another shared bin left the first one on that day.
    CASE
        WHEN one_line_each AND from_on < other_from_on THEN [change('bin_group_members', line, 'end_on', other_from_on)]
        WHEN one_line_each AND from_on > other_from_on THEN [change('bin_group_members', other_line, 'end_on', from_on)]
    END AS proposal
FROM doubles
