-- id = "K09"
-- title.fi = "Kimpassa on vain yksi osakas"
-- title.sv = "Det gemensamma kärlet har bara en delägare"
-- title.en = "Only one member is left"
-- summary.fi = "Kimpassa {bin_group_no} on {members} voimassa olevaa osakasta."
-- summary.sv = "Det gemensamma kärlet {bin_group_no} har {members} gällande delägare."
-- summary.en = "Shared bin {bin_group_no} has {members} active members."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Kysy, ketkä astiaa käyttävät; yksin jäänyt tarvitsee oman sopimuksen."
-- asks.sv = "Fråga vilka som använder kärlet; den som blivit ensam behöver ett eget avtal."
-- asks.en = "Ask who uses the bin; the last one needs a contract of its own."
-- way = "call"
-- why = "A bin is shared by two at least. The last one has a bin of its own, or the list is not complete."
-- subjects = "bin_groups"
-- uses = ["shared_bins", "members"]
-- [guards]
-- unlisted_host = "A host who is not on the list but known to be another one shares too."
WITH parties AS (
    SELECT bin_group_no, line AS party FROM active_members
    UNION ALL
    -- guard: unlisted_host
    SELECT h.bin_group_no, 'host'
    FROM group_hosts AS h
    WHERE
        NOT h.is_area_point AND coalesce(h.host_customer_no, h.host_site_no) IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM active_members AS m WHERE m.bin_group_no = h.bin_group_no AND m.is_host)
        AND EXISTS (
            SELECT 1 FROM active_members AS m
            WHERE m.bin_group_no = h.bin_group_no AND coalesce(m.customer_no, m.site_no) IS NOT NULL
        )
    UNION ALL
    -- end guard
    SELECT bin_group_no, NULL FROM standing_groups
)
SELECT
    [subject('bin_groups', bin_group_no)] AS subjects,
    {'bin_group_no': bin_group_no, 'members': count(DISTINCT party)} AS evidence
FROM parties
WHERE EXISTS (SELECT 1 FROM bin_group_members)
GROUP BY bin_group_no
HAVING count(DISTINCT party) <= 1 AND bin_group_no IN (SELECT bin_group_no FROM standing_groups)
