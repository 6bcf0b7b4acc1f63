-- Candidates that are one party: accounts of one customer (a cluster), and for a couple or a bare surname the accounts of
-- one household; and accounts that are probably one person's, or a person's and their trade name's or estate's. Choosing
-- among a party's accounts is not ambiguity.
CREATE OR REPLACE TEMP TABLE link_member_parties AS
WITH served AS (SELECT DISTINCT customer_no FROM services WHERE end_on IS NULL),
probable AS (
    SELECT customer_no_l AS customer_no, customer_no_r AS other_no FROM pairs
    WHERE (relation IN ('same', 'unsure') AND match_probability >= 0.5) OR relation = 'related'
    UNION ALL
    SELECT customer_no_r, customer_no_l FROM pairs
    WHERE (relation IN ('same', 'unsure') AND match_probability >= 0.5) OR relation = 'related'
),
-- Of the candidates of one line: the first cluster among those that are probably one.
joined AS (
    SELECT p.line, p.customer_no, min(coalesce(k.cluster_id, o.customer_no)) AS cluster_id
    FROM link_member_posterior AS p
    JOIN probable AS x USING (customer_no)
    JOIN link_member_posterior AS o ON o.line = p.line AND o.customer_no = x.other_no
    LEFT JOIN clusters AS k ON k.customer_no = o.customer_no
    GROUP BY p.line, p.customer_no
)
SELECT
    p.line, p.customer_no, p.same_bits, p.probability,
    CASE
        WHEN l.is_household AND e.last_level IN ('exact', 'part', 'typo') AND c.m_street IS NOT NULL AND c.kind IN ('person', 'household')
            THEN 'home:' || concat_ws('|', c.m_street, c.m_house, c.m_house_letter, c.m_stair, c.m_flat, coalesce(c.m_postal, c.m_city))
        ELSE 'party:' || least(coalesce(k.cluster_id, p.customer_no), coalesce(j.cluster_id, k.cluster_id, p.customer_no))
    END AS party,
    coalesce(c.status, 'active') <> 'ended' AS is_active,
    (e.site = 'holder')::INT * 2 + (e.bin = 'member')::INT * 2 + (e.area = 'near')::INT AS presence,
    served.customer_no IS NOT NULL AS is_served,
    -- A line that names a person means the person before the trade name or the estate.
    (c.kind = 'estate' AND l.kind IS DISTINCT FROM 'estate') OR (coalesce(c.m_org_form = 'tmi', FALSE) AND l.org IS NULL) AS is_secondary,
    e.site = 'holder' AS is_at_site,
    c.created_on
FROM link_member_posterior p
JOIN link_member_lines l USING (line)
JOIN link_member_evidence e USING (line, customer_no)
JOIN customers c USING (customer_no)
LEFT JOIN clusters k USING (customer_no)
LEFT JOIN joined AS j ON j.line = p.line AND j.customer_no = p.customer_no
LEFT JOIN served USING (customer_no);
