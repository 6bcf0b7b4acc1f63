-- Lines whose members are to be told where their data came from: `rule_hits` holds K25 without its wait. To each what keeps
-- a letter from its member, and whose language and address stand in where the line has none. `email`: the member's own, where
-- nobody else has it.
-- `hidden_customers`: whom any night has called protected.
WITH untold AS (
    SELECT
        CAST(evidence ->> '$.bin_group_no' AS TEXT) AS bin_group_no,
        unnest(from_json(evidence -> '$.lines', '["VARCHAR"]')) AS member_no
    FROM rule_hits
    WHERE rule = 'K25'
),
gone AS (
    SELECT customer_no FROM evidence WHERE signal = 'death'
    UNION
    SELECT customer_no FROM customers WHERE kind = 'estate'
),
own_emails AS ( -- of one customer alone, and nothing came back from it
    SELECT min(c.customer_no) AS customer_no, lower(c.email) AS email
    FROM customers AS c
    GROUP BY lower(c.email)
    HAVING count(*) = 1
        AND bool_and(c.email_state = 'ok')
        AND min(c.customer_no) NOT IN (SELECT customer_no FROM evidence WHERE signal = 'email_bounce')
)
SELECT
    m.bin_group_no, m.member_no, m.name, l.street_address, l.postal_code, l.city, m.from_on, m.proxy_address,
    c.street_address AS own_street_address, c.postal_code AS own_postal_code, c.city AS own_city,
    coalesce(c.language, k.language) AS language,
    h.customer_no IS NOT NULL AS hidden,
    d.customer_no IS NOT NULL AS dead,
    coalesce(c.contact_source = 'self' AND c.m_street = m.m_street AND c.m_house = m.m_house, FALSE) AS told_by_self,
    CASE WHEN e.email IS DISTINCT FROM lower(g.contact_email) THEN e.email END AS email,
    g.waste_type, g.street_address AS bin_street_address, g.postal_code AS bin_postal_code, g.city AS bin_city
FROM untold AS u
INNER JOIN active_members AS m USING (bin_group_no, member_no)
INNER JOIN bin_group_members AS l USING (bin_group_no, member_no)
INNER JOIN bin_groups AS g USING (bin_group_no)
LEFT JOIN customers AS c ON c.customer_no = m.customer_no
LEFT JOIN customers AS k ON k.customer_no = g.contact_customer_no
LEFT JOIN hidden_customers AS h ON h.customer_no = m.customer_no
LEFT JOIN own_emails AS e ON e.customer_no = m.customer_no
LEFT JOIN gone AS d ON d.customer_no = m.customer_no
ORDER BY m.bin_group_no, TRY_CAST(m.member_no AS BIGINT) NULLS LAST, m.member_no
