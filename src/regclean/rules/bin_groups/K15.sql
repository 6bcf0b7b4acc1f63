-- id = "K15"
-- title.fi = "Astia on osakkaille liian pieni"
-- title.sv = "Kärlet är för litet för delägarna"
-- title.en = "The bin is too small for its members"
-- summary.fi = "Kimpan {bin_group_no} astiat antavat {capacity_litres} l kahdessa viikossa; {members} osakasta tarvitsee vähintään {needed_litres} l."
-- summary.sv = "Kärlen i {bin_group_no} ger {capacity_litres} l på två veckor; {members} delägare behöver minst {needed_litres} l."
-- summary.en = "The bins of {bin_group_no} hold {capacity_litres} l in two weeks; {members} members need at least {needed_litres} l."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Ehdota isompaa astiaa tai tiheämpää tyhjennystä."
-- asks.sv = "Föreslå ett större kärl eller tätare tömning."
-- asks.en = "Offer a larger bin or a shorter interval."
-- way = "call"
-- why = "Each member needs a minimum of litres for mixed waste; a smaller bin overflows."
-- subjects = "bin_groups"
-- uses = ["shared_bins", "members", "bins_of_groups"]
-- parameters = ["shared_bins.min_litres_per_2wk", "shared_bins.large_group_members", "shared_bins.large_group_litres"]
-- [guards]
-- waste_type = "The minimum is one of mixed waste."
-- area_point = "An area collection point is not sized by a list."
WITH need AS (
    SELECT
        bin_group_no, count(*) AS members,
        sum(coalesce(CAST(json_extract_string(
            CAST($min_litres_per_2wk AS JSON), '$.' || CASE WHEN use IN ('leisure', 'business') THEN use ELSE 'permanent' END
        ) AS DOUBLE), 0)) AS litres
    FROM active_members
    GROUP BY bin_group_no
),
capacity AS (
    SELECT
        bin_group_no, sum(bin_litres * bin_count * 2 / interval_weeks) AS litres, sum(bin_litres * bin_count) AS volume,
        bool_and(bin_litres > 0 AND interval_weeks > 0) AS is_known
    FROM group_bins
    WHERE is_of_type AND (bin_litres IS NOT NULL OR interval_weeks IS NOT NULL)
    GROUP BY bin_group_no
)
SELECT
    [subject('bin_groups', n.bin_group_no)] AS subjects,
    {
        'bin_group_no': n.bin_group_no, 'members': n.members, 'needed_litres': n.litres,
        'capacity_litres': round(c.litres, 1), 'volume_litres': c.volume
    } AS evidence
FROM need AS n
INNER JOIN capacity AS c USING (bin_group_no)
INNER JOIN standing_groups AS g USING (bin_group_no)
INNER JOIN group_hosts AS h USING (bin_group_no)
WHERE
    c.is_known
    AND (
        n.litres > c.litres
        OR ($large_group_members > 0 AND n.members > $large_group_members AND c.volume < $large_group_litres)
    )
    -- guard: waste_type
    AND coalesce(g.waste_type, 'mixed') = 'mixed'
    -- end guard
    -- guard: area_point
    AND NOT h.is_area_point
    -- end guard
