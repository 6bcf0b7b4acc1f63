-- Lines of shared-bin lists whose shared bin is not in the register.
SELECT 'bin_group_members' AS table_name, row_key(bin_group_no, member_no) AS key
FROM bin_group_members ANTI JOIN bin_groups USING (bin_group_no)
WHERE EXISTS (SELECT 1 FROM bin_groups)
