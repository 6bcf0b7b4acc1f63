-- Pairs of one kind with their probability, and whether something speaks against them: another id, name or date, or one household.
SELECT customer_no_l, customer_no_r, probability, id_conflict OR birth_conflict OR name_conflict OR p_household > 1.0 - probability - p_household AS against
FROM link_related
WHERE between = 'alike' AND verdict IS NULL
ORDER BY customer_no_l, customer_no_r
