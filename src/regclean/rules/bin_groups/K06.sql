-- id = "K06"
-- title.fi = "Jako-osuuksien summa ei ole 100 %"
-- title.sv = "Andelarna blir inte 100 %"
-- title.en = "The shares do not add up to 100 %"
-- summary.fi = "Kimpan {bin_group_no} lasku jaetaan, mutta {members} osakkaan osuudet ovat yhteensä {total} %[; osuus puuttuu {missing} osakkaalta]."
-- summary.sv = "Fakturan för det gemensamma kärlet {bin_group_no} delas, men {members} delägares andelar är sammanlagt {total} %[; andelen saknas för {missing} delägare]."
-- summary.en = "The bill of shared bin {bin_group_no} is split, but the shares of its {members} members add up to {total} %[; {missing} {missing?member has|members have} none]."
-- severity = "error"
-- severities = ["info", "review"]
-- ends_in = "change"
-- asks.fi = "Kysy yhteyshenkilöltä osuudet, joiden summa on 100 %."
-- asks.sv = "Fråga den ansvariga efter andelar som blir 100 %."
-- asks.en = "Ask the contact person for shares that add up to 100 %."
-- way = "letter"
-- why = "A split bill must be split wholly: somebody pays too much or nobody pays the rest. What rounding explains is nothing, half a percent only informs. A list without any share must be asked about; a source without the column, once."
-- subjects = "bin_groups, sources"
-- uses = ["macros", "members"]
-- parameters = ["shared_bins.share_rounding"]
-- [guards]
-- one_payer = "When one pays the whole bill, shares may be missing."
WITH totals AS (
    SELECT
        bin_group_no, count(*) AS members, count(*) FILTER (share_percent IS NULL) AS missing,
        any_value(line) FILTER (share_percent IS NULL) AS line_without, coalesce(sum(share_percent), 0) AS total, any_value(billing) AS billing,
        -- Each share may be rounded by half of the last decimal that the list writes: 3 x 33.3 is whole. Where some are written
        -- with fewer (1/3, 33 %, 33 %), each by half of its own.
        count(*) * min(unit) / 2 AS rounding, sum(unit) / 2 AS own_rounding, max(share_percent) - min(share_percent) <= max(unit) + 1e-9 AS is_even
    FROM (SELECT *, pow(10.0, -len(split_part(format('{:g}', share_percent), '.', 2))) AS unit FROM active_members)
    GROUP BY bin_group_no
),
-- A source without the column: a folder, else a file, none of whose lines has a share though several of its lists are split.
told AS (
    SELECT
        o._file AS file, regexp_replace(o._file, '[^/]*$', '') AS folder, m.bin_group_no,
        bool_and(m.share_state = 'missing') OVER (PARTITION BY file) AS file_has_none,
        bool_and(m.share_state = 'missing') OVER (PARTITION BY folder) AS folder_has_none,
        bool_and(m.share_state = 'missing') OVER () AS all_have_none
    FROM bin_group_members AS m
    INNER JOIN origins AS o ON o.table_name = 'bin_group_members' AND o.key = row_key(m.bin_group_no, m.member_no) AND o.taken
),
judged AS (
    SELECT
        *, missing = members AND billing = 'split' AS has_none, missing = 0 AND abs(total - 100) <= rounding + 1e-9 AS is_explained,
        CASE WHEN has_none THEN s.source END AS source,
        count(*) FILTER (has_none) OVER (PARTITION BY s.source) > 1 AND s.source IS NOT NULL AS is_of_source
    FROM totals
    LEFT JOIN (
        SELECT
            bin_group_no,
            any_value(CASE
                WHEN all_have_none THEN source_subject('bin_group_members')
                WHEN folder_has_none THEN source_subject('bin_group_members', rtrim(folder, '/'))
                WHEN file_has_none THEN source_subject('bin_group_members', split_part(file, '#', 1))
            END) AS source
        FROM told
        GROUP BY bin_group_no
    ) AS s USING (bin_group_no)
),
wrong AS (
    SELECT *
    FROM judged
    WHERE
        has_none OR (
            abs(total - 100) > 0.011 AND NOT (is_explained AND (abs(total - 100) <= $share_rounding OR is_even))
            -- guard: one_payer
            AND (billing = 'split' OR (billing IS NULL AND missing = 0))
            -- end guard
        )
)
SELECT
    [subject('bin_groups', bin_group_no)] AS subjects,
    {'bin_group_no': bin_group_no, 'lists': 1, 'members': members, 'missing': missing, 'total': round(total, 2), 'billing': billing} AS evidence,
    CASE WHEN has_none THEN 'review' WHEN missing = 0 AND abs(total - 100) <= greatest($share_rounding, own_rounding) + 1e-9 THEN 'info' END AS severity,
    -- What the others leave over is the share of the only one without.
    CASE WHEN missing = 1 AND total > 0 AND total < 100 THEN [change('bin_group_members', line_without, 'share_percent', format('{:g}', round(100 - total, 2)))] END AS proposal
FROM wrong
WHERE NOT (has_none AND is_of_source)
UNION ALL
SELECT
    [source],
    {'bin_group_no': '–', 'lists': count(*), 'members': sum(members), 'missing': sum(missing), 'total': 0.0, 'billing': 'split', 'basis': {'missing': 'all'}},
    'review', NULL
FROM wrong
WHERE has_none AND is_of_source
GROUP BY source
