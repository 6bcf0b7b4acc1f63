-- The contact person of each standing shared bin: by number; else by name among those who belong to the bin or have the
-- contact's phone or e-mail. A name alone is not enough.
CREATE OR REPLACE TEMP TABLE group_contacts AS
WITH possible AS (
    SELECT g.bin_group_no, h.host_customer_no AS customer_no, 'host' AS basis
    FROM standing_groups AS g INNER JOIN group_hosts AS h USING (bin_group_no)
    UNION ALL
    SELECT bin_group_no, customer_no, 'member' FROM active_members
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
        -- A given name in common, else an initial, else a surname with the contact's own phone or e-mail.
        max(CASE
            WHEN list_has_all(n.words, string_split(c.m_org, ' ')) THEN 3
            WHEN list_has_any(n.words, c.m_given) THEN 3
            WHEN list_has_any(list_transform(n.words, lambda word: word[1]), list_transform(c.m_given, lambda name: name[1])) THEN 2
            WHEN p.basis IN ('phone', 'email') THEN 1
        END) AS strength
    FROM named AS n
    INNER JOIN possible AS p USING (bin_group_no)
    INNER JOIN customers AS c ON c.customer_no = p.customer_no
    WHERE list_has_all(n.words, string_split(c.m_last, ' ')) OR list_has_all(n.words, string_split(c.m_org, ' '))
    GROUP BY n.bin_group_no, c.customer_no
),
single AS (
    SELECT bin_group_no, min(customer_no) AS customer_no, min(basis) AS basis
    FROM (SELECT * FROM found WHERE strength > 0 QUALIFY rank() OVER (PARTITION BY bin_group_no ORDER BY strength DESC) = 1)
    GROUP BY bin_group_no HAVING count(*) = 1
)
SELECT
    g.bin_group_no, g.contact_customer_no AS customer_no_given, g.contact_name, g.contact_phone, g.contact_email,
    coalesce(c.customer_no, s.customer_no) AS customer_no,
    CASE WHEN c.customer_no IS NOT NULL THEN 'number' ELSE s.basis END AS basis
FROM standing_groups AS g
LEFT JOIN customers AS c ON c.customer_no = g.contact_customer_no
LEFT JOIN single AS s ON s.bin_group_no = g.bin_group_no;
