-- id = "K07"
-- title.fi = "Jako-osuus on mahdoton"
-- title.sv = "Andelen är omöjlig"
-- title.en = "A share is impossible"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} osuus on {share_percent} %."
-- summary.sv = "Andelen på rad {member_no} för det gemensamma kärlet {bin_group_no} är {share_percent} %."
-- summary.en = "The share on line {member_no} of shared bin {bin_group_no} is {share_percent} %."
-- severity = "error"
-- severities = ["review"]
-- ends_in = "change"
-- asks.fi = "Kysy yhteyshenkilöltä rivin osuus."
-- asks.sv = "Fråga den ansvariga efter radens andel."
-- asks.en = "Ask the contact person for the line's share."
-- way = "letter"
-- why = "A share is more than nothing and at most everything. A share that cannot be read must be asked for."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "members"]
-- [guards]
-- one_payer = "Where one pays the whole bill, what stands in the share column does not matter."
WITH judged AS (
    SELECT
        *,
        coalesce(share_percent <= 0 OR share_percent > 100, FALSE) OR (
            share_state = 'invalid' AND share_percent IS NULL
            -- guard: one_payer
            AND coalesce(billing, 'split') = 'split'
            -- end guard
        ) AS is_impossible
    FROM active_members
),
shared AS (
    SELECT
        *, sum(CASE WHEN NOT is_impossible THEN share_percent END) OVER (PARTITION BY bin_group_no) AS others,
        count(*) FILTER (is_impossible OR share_percent IS NULL) OVER (PARTITION BY bin_group_no) AS unknown
    FROM judged
)
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_group_members', line)] AS subjects,
    {'bin_group_no': bin_group_no, 'member_no': member_no, 'share_percent': share_percent, 'share_state': share_state} AS evidence,
    CASE WHEN share_percent IS NULL THEN 'review' END AS severity,
    -- What the others leave over is the share of the only one without.
    CASE WHEN billing = 'split' AND unknown = 1 AND others > 0 AND others < 100 THEN [change('bin_group_members', line, 'share_percent', format('{:g}', round(100 - others, 2)))] END AS proposal
FROM shared
WHERE is_impossible
