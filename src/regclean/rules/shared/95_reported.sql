-- uses = []

-- What was answered of shared bins, each cell beside what the register holds there, where the two differ. A text is the same
-- in another spelling, a share within its rounding; a day of an end was reached before, a day of a confirmation passed.
CREATE OR REPLACE TEMP TABLE reported_cells AS
WITH held AS (
    SELECT
        r.*,
        CASE WHEN r.line = '' THEN to_json(g) ->> r.column_name ELSE to_json(m) ->> r.column_name END AS typed,
        CASE WHEN r.line = '' THEN to_json(gr) ->> r.column_name ELSE to_json(mr) ->> r.column_name END AS raw
    FROM reported AS r
    INNER JOIN bin_groups AS g USING (bin_group_no)
    LEFT JOIN raw.bin_groups AS gr ON gr.key = r.bin_group_no
    LEFT JOIN bin_group_members AS m ON m.bin_group_no = r.bin_group_no AND m.member_no = r.line
    LEFT JOIN raw.bin_group_members AS mr ON mr.key = row_key(r.bin_group_no, r.line)
    WHERE r.line = '' OR m.member_no IS NOT NULL
)
SELECT *
FROM held
WHERE
    CASE
        WHEN value IS NULL THEN typed IS NOT NULL
        WHEN typed IS NULL THEN TRUE
        WHEN column_name IN ('confirmed_on', 'informed_on') THEN typed < value
        WHEN column_name = 'end_on' THEN typed > value
        WHEN column_name = 'share_percent' THEN coalesce(abs(TRY_CAST(typed AS DOUBLE) - TRY_CAST(value AS DOUBLE)) > 0.005, TRUE)
        WHEN column_name = 'contact_phone' THEN right(regexp_replace(typed, '\D', '', 'g'), 7) <> right(regexp_replace(value, '\D', '', 'g'), 7)
        ELSE folded(typed) <> folded(value) AND coalesce(folded(raw) <> folded(value), TRUE)
    END;
