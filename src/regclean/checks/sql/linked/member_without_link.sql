-- Every line of a shared-bin list has exactly one answer, "none found" included.
SELECT 'bin_group_members' AS table_name, row_key(bin_group_no, member_no) AS key
FROM bin_group_members LEFT JOIN (SELECT bin_group_no, member_no, count(*) AS n FROM member_links GROUP BY ALL)
    USING (bin_group_no, member_no)
WHERE coalesce(n, 0) <> 1
