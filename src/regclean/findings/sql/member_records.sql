-- What a case shows of a line of a shared bin's list: as landed and as standardised, and whom it is linked to.
WITH
lines AS (
    SELECT row_key(bin_group_no, member_no) AS key, m AS line FROM bin_group_members AS m
    WHERE row_key(bin_group_no, member_no) IN $keys
),
links AS (
    SELECT row_key(bin_group_no, member_no) AS key, k AS link FROM member_links AS k
    WHERE row_key(bin_group_no, member_no) IN $keys
)
SELECT
    subject('bin_group_members', key) AS subject,
    CAST(json_merge_patch('{}', json_object(
        'source', CASE WHEN r.key IS NOT NULL THEN json_object('file', r._file, 'row', r._row) END,
        'raw', CASE WHEN r.key IS NOT NULL THEN json_merge_patch(to_json(r), $no_origin) END,
        'clean', CASE WHEN l.key IS NOT NULL THEN json_merge_patch(to_json(l.line), json_object('link', json_object(
            'state', k.link.state, 'customer_no', k.link.customer_no, 'probability', k.link.match_probability,
            'candidates', CAST(k.link.candidates AS JSON)
        )), $match_columns) END
    )) AS TEXT) AS record
FROM lines AS l
LEFT JOIN links AS k USING (key)
FULL JOIN (SELECT * FROM raw.bin_group_members WHERE key IN $keys) AS r USING (key)
