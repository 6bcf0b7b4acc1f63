-- uses = ["members"]

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

-- Who was added and is not on the list, by whatever order of the names, as it was sent or as it is read: one row for each
-- cell of a new line.
CREATE OR REPLACE TEMP TABLE reported_new AS
WITH named AS (
    SELECT bin_group_no, line, any_value(value) FILTER (WHERE column_name = 'name') AS name
    FROM reported INNER JOIN bin_groups USING (bin_group_no)
    WHERE line LIKE 'new:%'
    GROUP BY bin_group_no, line
)
SELECT r.*, n.name
FROM reported AS r
INNER JOIN named AS n USING (bin_group_no, line)
WHERE
    r.value IS NOT NULL AND n.name IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM active_members AS m
        LEFT JOIN raw.bin_group_members AS mr ON mr.key = row_key(m.bin_group_no, m.member_no)
        WHERE
            m.bin_group_no = n.bin_group_no
            AND list_sort(string_split(folded(n.name), ' ')) IN (
                list_sort(string_split(folded(m.name), ' ')), list_sort(string_split(folded(mr.name), ' '))
            )
    );

-- Where the bill is split and somebody leaves, the shares that were told hold only together: one act for all of the answer.
CREATE OR REPLACE TEMP TABLE reported_together AS
SELECT g.bin_group_no
FROM bin_groups AS g
WHERE
    g.billing = 'split'
    AND g.bin_group_no IN (SELECT bin_group_no FROM reported_cells WHERE line <> '' AND column_name = 'end_on' AND told_by <> 'member')
    AND g.bin_group_no IN (
        SELECT bin_group_no FROM reported_cells WHERE column_name = 'share_percent'
        UNION ALL SELECT bin_group_no FROM reported_new WHERE column_name = 'share_percent'
    );
