SELECT billing, count(*) AS n, min(bin_group_no) AS key FROM bin_groups GROUP BY ALL ORDER BY key
