-- id = "K27"
-- title.fi = "Kimpan tunnus on käytetty kahdesti tai kimppa on kahdesti"
-- title.sv = "Det gemensamma kärlets nummer har använts två gånger eller kärlet finns två gånger"
-- title.en = "A shared bin's number is used twice, or one shared bin has two"
-- summary.fi = "Kimppa {bin_group_no}: {reason}[ (toinen tunnus {other_bin_group_no})]."
-- summary.sv = "Gemensamt kärl {bin_group_no}: {reason}[ (det andra numret {other_bin_group_no})]."
-- summary.en = "Shared bin {bin_group_no}: {reason}[ (the other number {other_bin_group_no})]."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Selvitä, kumpi kimppa on voimassa."
-- asks.sv = "Ta reda på vilket gemensamt kärl som gäller."
-- asks.en = "Find out which of the shared bins stands."
-- way = "call"
-- why = "Under one number two shared bins mix their members; under two numbers one is billed and emptied twice."
-- subjects = "bin_groups"
-- uses = ["shared_bins", "members"]
-- [guards]
-- waste_type = "The same neighbours may share one bin for mixed waste and one for biowaste."
WITH lists AS (
    SELECT
        bin_group_no, any_value(waste_type) AS waste_type, count(*) AS members,
        -- By who they are, and by where they live: a line may be linked on one list and not on the other.
        list_sort(list(coalesce(customer_no, 'site ' || site_no, folded(name) || ' ' || m_street || ' ' || m_house))) AS people,
        list_sort(list(coalesce('site ' || site_no, customer_no, folded(name) || ' ' || m_street || ' ' || m_house))) AS places
    FROM active_members
    GROUP BY bin_group_no
),
keyed_lists AS (
    SELECT bin_group_no, waste_type, members, unnest(list_distinct([people, places])) AS members_key FROM lists
),
twins AS (
    SELECT DISTINCT a.bin_group_no, b.bin_group_no AS other_bin_group_no, a.members
    FROM keyed_lists AS a
    INNER JOIN keyed_lists AS b
        ON b.members_key = a.members_key AND b.bin_group_no > a.bin_group_no
        -- guard: waste_type
        AND b.waste_type IS NOT DISTINCT FROM a.waste_type
        -- end guard
    WHERE a.members >= 2 AND len(a.members_key) = a.members
),
reused AS (
    SELECT l.key AS bin_group_no, count(DISTINCT folded(l.host_site_no)) AS hosts, count(DISTINCT folded(l.street_address)) AS addresses
    FROM keyed.bin_groups AS l
    SEMI JOIN standing_groups AS g ON g.bin_group_no = l.key
    GROUP BY l.key
    HAVING
        count(DISTINCT CASE WHEN folded(l.host_site_no) <> '' THEN folded(l.host_site_no) END) > 1
        OR (
            count(DISTINCT CASE WHEN folded(l.street_address) <> '' THEN folded(l.street_address) END) > 1
            AND count(DISTINCT CASE WHEN folded(l.host_site_no) <> '' THEN folded(l.host_site_no) END) <> 1
        )
)
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_groups', other_bin_group_no)] AS subjects,
    {'bin_group_no': bin_group_no, 'other_bin_group_no': other_bin_group_no, 'reason': 'same_members', 'members': members} AS evidence
FROM twins
UNION ALL
SELECT
    [subject('bin_groups', bin_group_no)],
    {'bin_group_no': bin_group_no, 'other_bin_group_no': NULL, 'reason': 'number_reused', 'members': NULL}
FROM reused
