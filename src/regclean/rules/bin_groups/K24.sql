-- id = "K24"
-- title.fi = "Pitkä tyhjennysväli ilman biojätteen erilliskeräystä tai kompostia"
-- title.sv = "Långt tömningsintervall utan bioavfallskärl eller kompost"
-- title.en = "A long interval though a member neither composts nor has a bin for biowaste"
-- summary.fi = "Kimpan {bin_group_no} tyhjennysväli on {interval_weeks} viikkoa, mutta {lines?rivillä|riveillä} {lines} ei ole bioastiaa eikä kompostia."
-- summary.sv = "Tömningsintervallet för {bin_group_no} är {interval_weeks} veckor, men {lines?raden|raderna} {lines} har varken biokärl eller kompost."
-- summary.en = "The interval of {bin_group_no} is {interval_weeks} weeks, but {lines?line|lines} {lines} {lines?has|have} neither a bin for biowaste nor compost."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Kysy osakkailta bioastiasta tai kompostista, tai lyhennä tyhjennysväliä."
-- asks.sv = "Fråga delägarna om biokärl eller kompost, eller förkorta intervallet."
-- asks.en = "Ask the members for a bin for biowaste or compost, or shorten the interval."
-- way = "letter"
-- why = "Mixed waste may wait longer than four weeks only where no biowaste goes into it."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["active_services", "shared_bins", "members", "bins_of_groups"]
-- parameters = ["shared_bins.long_interval_weeks"]
-- [guards]
-- leisure = "Leisure homes have no duty to sort biowaste."
WITH sorted AS (
    SELECT site_no, customer_no FROM active_services WHERE waste_type IN ('bio', 'compost')
    UNION ALL
    SELECT site_no, customer_no FROM active_members WHERE waste_type IN ('bio', 'compost')
    UNION ALL
    SELECT NULL, customer_no FROM evidence WHERE coalesce(regexp_matches(folded(detail), 'kompost|compost'), FALSE)
),
lacking AS (
    SELECT m.*
    FROM active_members AS m
    WHERE
        coalesce(m.site_no, m.customer_no) IS NOT NULL
        AND coalesce(m.site_no NOT IN (SELECT site_no FROM sorted WHERE site_no IS NOT NULL), TRUE)
        AND coalesce(m.customer_no NOT IN (SELECT customer_no FROM sorted WHERE customer_no IS NOT NULL), TRUE)
        -- guard: leisure
        AND coalesce(m.use, 'permanent') = 'permanent'
        -- end guard
),
intervals AS (
    SELECT bin_group_no, max(interval_weeks) AS interval_weeks
    FROM group_bins INNER JOIN standing_groups AS g USING (bin_group_no)
    WHERE is_of_type AND coalesce(g.waste_type, 'mixed') = 'mixed'
    GROUP BY bin_group_no
)
SELECT
    [subject('bin_groups', bin_group_no)] || list(subject('bin_group_members', line)) AS subjects,
    {'bin_group_no': bin_group_no, 'interval_weeks': any_value(i.interval_weeks), 'lines': list(member_no ORDER BY member_no)} AS evidence
FROM intervals AS i
INNER JOIN lacking AS l USING (bin_group_no)
WHERE i.interval_weeks > $long_interval_weeks
GROUP BY bin_group_no
