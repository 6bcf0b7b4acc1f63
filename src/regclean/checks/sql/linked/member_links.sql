SELECT state, count(*) AS n, min(row_key(bin_group_no, member_no)) AS key FROM member_links GROUP BY ALL ORDER BY key
