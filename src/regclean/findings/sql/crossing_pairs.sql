-- Pairs between two clusters that are worth a steward's look.
--
-- "same" that clustering kept apart, and unsure ones: is it the same customer? Of the rest, what has consequences: an
-- estate or a trade name beside its person, a successor whose predecessor has not ended, and a household that could as
-- well be one customer.
SELECT
    l.cluster_id AS cluster_l, r.cluster_id AS cluster_r,
    p.customer_no_l, p.customer_no_r, p.match_probability, p.match_weight, p.relation, p.model,
    p.household_probability, p.explanation
FROM pairs AS p
JOIN clusters AS l ON l.customer_no = p.customer_no_l
JOIN clusters AS r ON r.customer_no = p.customer_no_r AND r.cluster_id <> l.cluster_id
JOIN customers AS cl ON cl.customer_no = p.customer_no_l
JOIN customers AS cr ON cr.customer_no = p.customer_no_r
WHERE CASE p.relation
        WHEN 'same' THEN true
        WHEN 'unsure' THEN true
        WHEN 'related' THEN
            'estate' IN (cl.kind, cr.kind) OR 'tmi' IN (coalesce(cl.m_org_form, ''), coalesce(cr.m_org_form, ''))
        WHEN 'successor' THEN
            coalesce(cl.status, 'active') <> 'ended' AND coalesce(cr.status, 'active') <> 'ended'
        WHEN 'household' THEN
            p.match_probability >= $doubtful_household
        ELSE false
    END
ORDER BY p.customer_no_l, p.customer_no_r
