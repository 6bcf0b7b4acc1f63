-- id = "K16"
-- title.fi = "Kimpassa on liikaa osakkaita"
-- title.sv = "Det gemensamma kärlet har för många delägare"
-- title.en = "Too many members"
-- summary.fi = "Kimpassa {bin_group_no} on {members} osakasta; enimmäismäärä on {limit}."
-- summary.sv = "Det gemensamma kärlet {bin_group_no} har {members} delägare; högst {limit} är tillåtna."
-- summary.en = "Shared bin {bin_group_no} has {members} members; at most {limit} are allowed."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Kysy, jaetaanko kimppa kahtia vai muutetaanko sopimus."
-- asks.sv = "Fråga om det gemensamma kärlet ska delas eller avtalet ändras."
-- asks.en = "Ask whether to split the shared bin or to change the contract."
-- way = "call"
-- why = "The company allows so many members for a use and a waste type; more need another bin or a contract of another kind."
-- subjects = "bin_groups"
-- uses = ["shared_bins", "members"]
-- parameters = ["shared_bins.max_members", "shared_bins.max_members_by_waste_type"]
-- [guards]
-- area_point = "An area collection point serves a whole village."
WITH counted AS (
    SELECT
        m.bin_group_no, count(*) AS members, count(*) FILTER (coalesce(m.use, 'permanent') <> 'leisure') AS not_leisure,
        any_value(m.waste_type) AS waste_type,
        CASE
            WHEN bool_and(coalesce(m.use = 'leisure', FALSE)) THEN 'leisure'
            WHEN bool_and(coalesce(m.use = 'business', FALSE)) THEN 'business'
            ELSE 'permanent'
        END AS use
    FROM active_members AS m
    GROUP BY m.bin_group_no
),
limits AS (
    SELECT
        c.*,
        CAST(json_extract_string(CAST($max_members AS JSON), '$.' || c.use) AS INTEGER) AS use_limit,
        CAST(json_extract_string(CAST($max_members AS JSON), '$.leisure') AS INTEGER) AS leisure_limit,
        CAST(json_extract_string(CAST($max_members_by_waste_type AS JSON), '$."' || c.waste_type || '"') AS INTEGER) AS waste_limit
    FROM counted AS c
)
SELECT
    [subject('bin_groups', bin_group_no)] AS subjects,
    {
        'bin_group_no': bin_group_no, 'members': members, 'use': use, 'waste_type': waste_type,
        'limit': least(CASE WHEN use = 'permanent' AND not_leisure < members THEN greatest(use_limit, leisure_limit) ELSE use_limit END, waste_limit)
    } AS evidence
FROM limits
INNER JOIN group_hosts AS h USING (bin_group_no)
WHERE
    (
        -- In a mixed company the permanent homes count by their limit, all together by that of leisure homes.
        CASE WHEN use = 'permanent' AND not_leisure < members
            THEN not_leisure > use_limit OR members > greatest(use_limit, leisure_limit)
            ELSE members > use_limit
        END
        OR coalesce(members > waste_limit, FALSE)
    )
    -- guard: area_point
    AND NOT h.is_area_point
    -- end guard
