-- The probabilities of pairs after what other pairs say of them; the other classes keep their shares among themselves.
UPDATE link_related SET
    probability = p,
    others = log2(greatest(p, 1e-12) / greatest(1.0 - p, 1e-12)) - log2(greatest(probability, 1e-12) / greatest(1.0 - probability, 1e-12)),
    p_household = p_household * (1.0 - p) / greatest(1.0 - probability, 1e-12)
FROM link_joint
WHERE customer_no_l = l AND customer_no_r = r AND between = 'alike';
