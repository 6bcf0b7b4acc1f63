-- What a case shows of a site: as landed and as standardised.
WITH shown AS (SELECT unnest($keys) AS key)
SELECT
    subject('sites', key) AS subject,
    CAST(json_merge_patch('{}', json_object(
        'source', CASE WHEN r.key IS NOT NULL THEN json_object('file', r._file, 'row', r._row) END,
        'raw', CASE WHEN r.key IS NOT NULL THEN json_merge_patch(to_json(r), $no_origin) END,
        'clean', CASE WHEN t.site_no IS NOT NULL THEN json_merge_patch(to_json(t), $match_columns) END
    )) AS TEXT) AS record
FROM shown
LEFT JOIN sites AS t ON t.site_no = key
LEFT JOIN raw.sites AS r USING (key)
WHERE r.key IS NOT NULL OR t.site_no IS NOT NULL
