-- uses = ["macros", "shared_bins", "members"]

-- The contact person of each standing shared bin: by number; else by name among those who belong to the bin or have the
-- contact's phone or e-mail. A name alone is not enough.
CREATE OR REPLACE TEMP TABLE group_contacts AS
WITH possible AS (
    SELECT g.bin_group_no, h.host_customer_no AS customer_no, 'host' AS basis
    FROM standing_groups AS g INNER JOIN group_hosts AS h USING (bin_group_no)
    UNION ALL
    SELECT bin_group_no, customer_no, 'member' FROM active_members
    UNION ALL
    -- The list names the contact person as the bin does: whoever that line is linked to, however the account spells it.
    SELECT m.bin_group_no, m.customer_no, 'line'
    FROM active_members AS m INNER JOIN standing_groups AS g USING (bin_group_no)
    WHERE list_sort(string_split(folded(m.name), ' ')) = list_sort(string_split(folded(g.contact_name), ' '))
    UNION ALL
    SELECT g.bin_group_no, c.customer_no, 'phone'
    FROM standing_groups AS g INNER JOIN customers AS c ON c.phone = g.contact_phone
    UNION ALL
    SELECT g.bin_group_no, c.customer_no, 'email'
    FROM standing_groups AS g INNER JOIN customers AS c ON lower(c.email) = lower(g.contact_email)
),
named AS (
    SELECT
        g.bin_group_no, list_distinct(string_split(folded(g.contact_name), ' ')) AS words
    FROM standing_groups AS g
    LEFT JOIN customers AS c ON c.customer_no = g.contact_customer_no
    WHERE c.customer_no IS NULL AND g.contact_name IS NOT NULL
),
found AS (
    SELECT
        n.bin_group_no, c.customer_no, string_agg(DISTINCT p.basis, '+' ORDER BY p.basis) AS basis,
        -- A given name in common, else its initial or it with a slip, else a surname with the contact's own phone or e-mail.
        max(CASE
            WHEN p.basis = 'line' THEN 4
            WHEN list_has_all(n.words, string_split(c.m_org, ' ')) THEN 3
            WHEN list_has_any(n.words, c.m_given) THEN 3
            WHEN list_bool_or(flatten([[names_given(word, name, c.m_last) FOR word IN n.words] FOR name IN c.m_given])) THEN 2
            WHEN p.basis IN ('phone', 'email') THEN 1
        END) AS strength
    FROM named AS n
    INNER JOIN possible AS p USING (bin_group_no)
    INNER JOIN customers AS c ON c.customer_no = p.customer_no
    WHERE
        p.basis = 'line'
        OR list_has_all(n.words, string_split(c.m_last, ' '))
        OR list_has_all(n.words, string_split(c.m_org, ' '))
        -- One's own phone or e-mail beside the given name, or beside a surname, or a part of one, with a slip of the hand.
        OR (
            p.basis IN ('phone', 'email')
            AND (list_has_any(n.words, c.m_given) OR list_bool_or(flatten([[jaro_winkler_similarity(word, part) >= 0.9 FOR word IN n.words] FOR part IN string_split(c.m_last, ' ')])))
        )
    GROUP BY n.bin_group_no, c.customer_no
),
-- The strongest one; accounts of one party are one.
single AS (
    SELECT
        bin_group_no, count(DISTINCT party) AS parties, min(customer_no) AS customer_no,
        arg_min(basis, customer_no) AS basis
    FROM (
        SELECT f.*, coalesce(k.cluster_id, f.customer_no) AS party
        FROM found AS f
        LEFT JOIN clusters AS k USING (customer_no)
        WHERE f.strength > 0
        QUALIFY rank() OVER (PARTITION BY f.bin_group_no ORDER BY f.strength DESC, len(f.basis) DESC) = 1
    )
    GROUP BY bin_group_no
)
SELECT
    g.bin_group_no, g.contact_customer_no AS customer_no_given, g.contact_name, g.contact_phone, g.contact_email,
    coalesce(c.customer_no, CASE WHEN s.parties = 1 THEN s.customer_no END) AS customer_no,
    CASE WHEN c.customer_no IS NOT NULL THEN 'number' WHEN s.parties = 1 THEN s.basis END AS basis,
    coalesce(s.parties, 0) AS parties_of_that_name
FROM standing_groups AS g
LEFT JOIN customers AS c ON c.customer_no = g.contact_customer_no
LEFT JOIN single AS s ON s.bin_group_no = g.bin_group_no;
