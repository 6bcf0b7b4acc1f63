-- Candidates that are one party: accounts of one customer (a cluster), and for a couple or a bare surname the accounts of
-- one household. Choosing among a party's accounts is not ambiguity.
CREATE OR REPLACE TEMP TABLE link_member_parties AS
WITH served AS (SELECT DISTINCT customer_no FROM services WHERE end_on IS NULL)
SELECT
    p.line, p.customer_no, p.same_bits, p.probability,
    CASE
        WHEN l.is_household AND e.last_level IN ('exact', 'part', 'typo') AND c.m_street IS NOT NULL AND c.kind IN ('person', 'household')
            THEN 'home:' || concat_ws('|', c.m_street, c.m_house, c.m_house_letter, c.m_stair, c.m_flat, coalesce(c.m_postal, c.m_city))
        ELSE coalesce('cluster:' || k.cluster_id, 'customer:' || p.customer_no)
    END AS party,
    coalesce(c.status, 'active') <> 'ended' AS is_active,
    (e.site = 'holder')::INT * 2 + (e.bin = 'member')::INT * 2 + (e.area = 'near')::INT AS presence,
    served.customer_no IS NOT NULL AS is_served,
    c.created_on
FROM link_member_posterior p
JOIN link_member_lines l USING (line)
JOIN link_member_evidence e USING (line, customer_no)
JOIN customers c USING (customer_no)
LEFT JOIN clusters k USING (customer_no)
LEFT JOIN served USING (customer_no);
