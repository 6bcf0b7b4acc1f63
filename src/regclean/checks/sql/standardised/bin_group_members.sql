SELECT share_state, use, kind, count(*) AS n, min(row_key(bin_group_no, member_no)) AS key
FROM bin_group_members
GROUP BY ALL
ORDER BY key
