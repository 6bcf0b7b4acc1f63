-- The rows that stand in some pair to be compared.
SELECT * FROM query_table($entities) WHERE entity IN (SELECT join_key_l FROM link_numbered UNION SELECT join_key_r FROM link_numbered)
