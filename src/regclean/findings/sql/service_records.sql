-- What a case shows of a service: as landed and as standardised.
SELECT
    subject('services', coalesce(r.key, t.service_no)) AS subject,
    CAST(json_merge_patch('{}', json_object(
        'source', CASE WHEN r.key IS NOT NULL THEN json_object('file', r._file, 'row', r._row) END,
        'raw', CASE WHEN r.key IS NOT NULL THEN json_merge_patch(to_json(r), $no_origin) END,
        'clean', CASE WHEN t.service_no IS NOT NULL THEN json_merge_patch(to_json(t), $match_columns) END
    )) AS TEXT) AS record
FROM (SELECT * FROM services WHERE service_no IN $keys) AS t
FULL JOIN (SELECT * FROM raw.services WHERE key IN $keys) AS r ON r.key = t.service_no
