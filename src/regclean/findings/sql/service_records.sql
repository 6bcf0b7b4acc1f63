-- What a case shows of a service: as landed and as standardised.
WITH shown AS (SELECT unnest($keys) AS key)
SELECT
    subject('services', key) AS subject,
    CAST(json_merge_patch('{}', json_object(
        'source', CASE WHEN r.key IS NOT NULL THEN json_object('file', r._file, 'row', r._row) END,
        'raw', CASE WHEN r.key IS NOT NULL THEN json_merge_patch(to_json(r), $no_origin) END,
        'clean', CASE WHEN t.service_no IS NOT NULL THEN json_merge_patch(to_json(t), $match_columns) END
    )) AS TEXT) AS record
FROM shown
LEFT JOIN services AS t ON t.service_no = key
LEFT JOIN raw.services AS r USING (key)
WHERE r.key IS NOT NULL OR t.service_no IS NOT NULL
