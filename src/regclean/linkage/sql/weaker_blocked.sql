-- The pairs that a night compares, and those that share a weaker key alone.
INSERT INTO link_blocked
SELECT match_key, join_key_l, join_key_r FROM link_weaker ANTI JOIN link_blocked USING (join_key_l, join_key_r);
