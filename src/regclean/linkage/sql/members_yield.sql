-- Lines that lost an account to a better line weigh it again, with the account made unlikely.
UPDATE link_member_scores AS score
SET same_bits = score.same_bits - $contested
FROM link_member_contested x
WHERE x.line = score.line AND x.customer_no = score.customer_no;
