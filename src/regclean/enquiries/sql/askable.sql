-- Shared bins with a reason to ask: what kept a letter from each of them, if anything did, besides non-disclosure.
-- `hidden_customers`: whom any night has called protected.
WITH gone AS (
    SELECT DISTINCT unnest([subject_key(one) FOR one IN subjects IF subject_table(one) = 'bin_groups']) AS bin_group_no
    FROM rule_hits
    WHERE rule = 'K03' AND list_has_any(from_json(evidence->'$.reasons', '["VARCHAR"]'), ['deceased', 'moved'])
),
behind AS (
    SELECT bin_group_no, customer_no FROM bin_group_members
    UNION ALL SELECT bin_group_no, customer_no FROM member_links
    UNION ALL SELECT bin_group_no, unnest([host_customer_no, contact_customer_no]) FROM bin_groups
),
once_hidden AS (SELECT DISTINCT bin_group_no FROM behind SEMI JOIN hidden_customers USING (customer_no))
SELECT
    g.bin_group_no, gone.bin_group_no IS NOT NULL AS contact_gone, once_hidden.bin_group_no IS NOT NULL AS hidden,
    g.waste_type = 'area_collection' AS area_point, coalesce(g.end_on <= CAST($as_of AS DATE), FALSE) AS ended
FROM bin_groups AS g
LEFT JOIN gone USING (bin_group_no)
LEFT JOIN once_hidden USING (bin_group_no)
ORDER BY g.bin_group_no
