-- Lists whose bill is split, whose shares sum to 100 % now and would not afterwards.
WITH touched AS (
    SELECT DISTINCT regexp_replace(key, '/[^/]*$', '') AS bin_group_no FROM batch_lines WHERE table_name = 'bin_group_members'
),
lines AS (
    SELECT
        m.bin_group_no, m.share_percent AS before_share,
        CASE
            WHEN bool_or(b.op = 'delete' OR (b.column_name = 'end_on' AND b.after IS NOT NULL)) THEN 0
            WHEN bool_or(b.column_name = 'share_percent') THEN max(b.share) FILTER (b.column_name = 'share_percent')
            ELSE m.share_percent
        END AS after_share
    FROM bin_group_members AS m
    SEMI JOIN touched USING (bin_group_no)
    LEFT JOIN batch_lines AS b
        ON b.table_name = 'bin_group_members' AND b.key = row_key(m.bin_group_no, m.member_no)
    WHERE m.end_on IS NULL
    GROUP BY m.bin_group_no, m.member_no, m.share_percent
    UNION ALL
    SELECT regexp_replace(key, '/[^/]*$', ''), 0, share FROM batch_lines
    WHERE table_name = 'bin_group_members' AND op = 'insert' AND column_name = 'share_percent'
)
SELECT 'bin_groups' AS table_name, bin_group_no AS key
FROM lines SEMI JOIN (FROM bin_groups WHERE billing = 'split') AS split USING (bin_group_no)
GROUP BY bin_group_no
HAVING abs(sum(before_share) - 100) <= 0.5 AND abs(sum(coalesce(after_share, 0)) - 100) > 0.5
