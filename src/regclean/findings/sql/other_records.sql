-- What the review page shows of the subjects that are not customers: as landed and as standardised.
WITH
raw_rows AS (
    SELECT 'sites:' || site_no AS subject, to_json(r) AS record, _file, _row
    FROM landed.sites AS r
    UNION ALL
    SELECT 'services:' || service_no, to_json(r), _file, _row FROM landed.services AS r
    UNION ALL
    SELECT 'bin_groups:' || bin_group_no, to_json(r), _file, _row FROM landed.bin_groups AS r
    UNION ALL
    SELECT 'bin_group_members:' || bin_group_no || '/' || member_no, to_json(r), _file, _row
    FROM landed.bin_group_members AS r WHERE member_no IS NOT NULL
),
raw AS (
    SELECT subject, json_merge_patch(record, '{"_file": null, "_row": null, "_hash": null}') AS record, _file, _row
    FROM raw_rows SEMI JOIN shown_subjects USING (subject)
    QUALIFY row_number() OVER (PARTITION BY subject ORDER BY _file, _row) = 1
),
clean_rows AS (
    SELECT 'sites:' || site_no AS subject, to_json(t) AS record
    FROM sites AS t
    UNION ALL
    SELECT 'services:' || service_no, to_json(t) FROM services AS t
    UNION ALL
    SELECT 'bin_groups:' || bin_group_no, to_json(t) FROM bin_groups AS t
    UNION ALL
    SELECT
        'bin_group_members:' || t.bin_group_no || '/' || t.member_no,
        json_merge_patch(to_json(t), json_object('link', json_object(
            'state', k.state, 'customer_no', k.customer_no, 'probability', k.match_probability,
            'candidates', CAST(k.candidates AS JSON)
        )))
    FROM bin_group_members AS t LEFT JOIN member_links AS k USING (bin_group_no, member_no)
),
clean AS (
    SELECT subject, json_merge_patch(record, $match_columns) AS record
    FROM clean_rows SEMI JOIN shown_subjects USING (subject)
)
SELECT
    subject,
    regexp_replace(CAST(json_merge_patch('{}', json_object(
        'source', CASE WHEN raw._file IS NOT NULL THEN json_object('file', raw._file, 'row', raw._row) END,
        'raw', raw.record, 'clean', clean.record
    )) AS TEXT), $national_id, '******-****', 'g') AS record
FROM clean FULL JOIN raw USING (subject)
ORDER BY subject
