-- id = "K18"
-- title.fi = "Osakkaan päivät eivät mahdu kimpan päiviin"
-- title.sv = "Delägarens datum ryms inte inom det gemensamma kärlets"
-- title.en = "A member's dates do not fit the shared bin's"
-- summary.fi = "Kimpan {bin_group_no} ({group_start_on}–{group_end_on}) rivin {member_no} päivät ovat {start_on}–{end_on}."
-- summary.sv = "Rad {member_no} för det gemensamma kärlet {bin_group_no} ({group_start_on}–{group_end_on}) har datumen {start_on}–{end_on}."
-- summary.en = "Line {member_no} of shared bin {bin_group_no} ({group_start_on}–{group_end_on}) has the dates {start_on}–{end_on}."
-- severity = "error"
-- ends_in = "change"
-- asks.fi = "Kysy yhteyshenkilöltä oikeat päivät."
-- asks.sv = "Fråga den ansvariga efter de rätta datumen."
-- asks.en = "Ask the contact person for the right dates."
-- way = "call"
-- why = "Nobody shares a bin before it was there or after it has gone, and nobody leaves before joining: one of the dates is wrong, and so are the bills between them."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros"]
SELECT
    [subject('bin_groups', m.bin_group_no), subject('bin_group_members', row_key(m.bin_group_no, m.member_no))] AS subjects,
    {
        'bin_group_no': m.bin_group_no, 'member_no': m.member_no, 'start_on': m.start_on, 'end_on': m.end_on,
        'group_start_on': g.start_on, 'group_end_on': g.end_on
    } AS evidence,
    -- Nobody shares a bin for longer than it is there.
    CASE WHEN coalesce(m.end_on >= m.start_on, TRUE) AND coalesce(m.start_on <= g.end_on, TRUE) AND coalesce(m.end_on >= g.start_on, TRUE) THEN list_filter(
        [
            CASE WHEN m.start_on < g.start_on THEN change('bin_group_members', row_key(m.bin_group_no, m.member_no), 'start_on', g.start_on) END,
            CASE WHEN m.end_on > g.end_on THEN change('bin_group_members', row_key(m.bin_group_no, m.member_no), 'end_on', g.end_on) END
        ],
        lambda cell: cell IS NOT NULL
    ) END AS proposal
FROM bin_group_members AS m
INNER JOIN bin_groups AS g USING (bin_group_no)
WHERE
    m.end_on < m.start_on
    OR m.start_on < g.start_on
    OR m.start_on > g.end_on
    OR m.end_on > g.end_on
