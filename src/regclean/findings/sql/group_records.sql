-- What a case shows of a shared bin: as landed and as standardised, and whole.
WITH
-- A shared bin is looked at as a whole: every line with who it is, where, and from the bin how far.
host_points AS (
    SELECT g.bin_group_no, h.site_no, h.latitude, h.longitude
    FROM bin_groups AS g LEFT JOIN sites AS h ON h.site_no = g.host_site_no
    WHERE g.bin_group_no IN $keys
),
line_people AS (
    SELECT
        m.*, CASE WHEN k.state = 'linked' THEN k.customer_no ELSE m.customer_no END AS whose,
        k.state AS link_state, k.match_probability, k.candidates, t.latitude, t.longitude
    FROM bin_group_members AS m
    LEFT JOIN (SELECT * FROM member_links WHERE bin_group_no IN $keys) AS k USING (bin_group_no, member_no)
    LEFT JOIN sites AS t ON t.site_no = m.site_no
    WHERE m.bin_group_no IN $keys
),
placeless AS (SELECT DISTINCT whose AS customer_no FROM line_people WHERE latitude IS NULL),
at_hand AS (
    SELECT customer_no, site_no FROM services SEMI JOIN placeless USING (customer_no) WHERE site_no IS NOT NULL
    UNION
    SELECT customer_no, site_no FROM site_roles SEMI JOIN placeless USING (customer_no)
),
-- Where a line names no site: the one of its customer at the line's address, else the customer's only one.
line_points AS (
    SELECT
        p.bin_group_no, p.member_no,
        CASE WHEN count(*) FILTER (t.m_street = p.m_street AND t.m_house IS NOT DISTINCT FROM p.m_house) > 0
            THEN arg_min(t, t.site_no) FILTER (t.m_street = p.m_street AND t.m_house IS NOT DISTINCT FROM p.m_house)
            WHEN count(*) = 1 THEN any_value(t)
        END AS place
    FROM line_people AS p
    JOIN at_hand AS a ON a.customer_no = p.whose
    JOIN sites AS t ON t.site_no = a.site_no
    WHERE p.latitude IS NULL
    GROUP BY p.bin_group_no, p.member_no
),
group_lines AS (
    SELECT
        p.bin_group_no,
        list(json_merge_patch('{}', json_object(
            'member_no', p.member_no, 'name', p.name, 'street_address', p.street_address, 'postal_code', p.postal_code,
            'city', p.city, 'phone', p.phone, 'email', p.email, 'share_percent', p.share_percent, 'use', p.use,
            'start_on', p.start_on, 'end_on', p.end_on, 'informed_on', p.informed_on, 'customer_no_given', p.customer_no,
            'customer_no', p.whose, 'link_state', p.link_state, 'probability', p.match_probability,
            'candidates', CAST(p.candidates AS JSON), 'proxy_phone', p.proxy_phone, 'proxy_email', p.proxy_email,
            'registered_name', c.name, 'registered_street', c.street_address, 'registered_postal_code', c.postal_code,
            'site_no', coalesce(p.site_no, q.place.site_no),
            'east', round((coalesce(p.longitude, q.place.longitude) - h.longitude) * cos(radians(h.latitude)) * 111320),
            'north', round((coalesce(p.latitude, q.place.latitude) - h.latitude) * 110574)
        )) ORDER BY try_cast(p.member_no AS INTEGER), p.member_no) AS items
    FROM line_people AS p
    LEFT JOIN host_points AS h USING (bin_group_no)
    LEFT JOIN line_points AS q USING (bin_group_no, member_no)
    LEFT JOIN customers AS c ON c.customer_no = p.whose
    GROUP BY p.bin_group_no
),
group_bins AS (
    SELECT
        g.bin_group_no,
        list(json_merge_patch('{}', json_object(
            'service_no', v.service_no, 'customer_no', v.customer_no, 'waste_type', v.waste_type,
            'bin_litres', v.bin_litres, 'bin_count', v.bin_count, 'interval_weeks', v.interval_weeks,
            'start_on', v.start_on, 'end_on', v.end_on, 'last_emptied_on', v.last_emptied_on
        )) ORDER BY v.service_no) AS items
    FROM services AS v JOIN bin_groups AS g USING (bin_group_no)
    WHERE v.bin_group_no IN $keys
    GROUP BY g.bin_group_no
)
SELECT
    subject('bin_groups', coalesce(r.key, t.bin_group_no)) AS subject,
    CAST(json_merge_patch('{}', json_object(
        'source', CASE WHEN r.key IS NOT NULL THEN json_object('file', r._file, 'row', r._row) END,
        'raw', CASE WHEN r.key IS NOT NULL THEN json_merge_patch(to_json(r), $no_origin) END,
        'clean', CASE WHEN t.bin_group_no IS NOT NULL THEN json_merge_patch(to_json(t), $match_columns) END,
        'members', l.items, 'bins', b.items
    )) AS TEXT) AS record
FROM (SELECT * FROM bin_groups WHERE bin_group_no IN $keys) AS t
FULL JOIN (SELECT * FROM raw.bin_groups WHERE key IN $keys) AS r ON r.key = t.bin_group_no
LEFT JOIN group_lines AS l ON l.bin_group_no = coalesce(r.key, t.bin_group_no)
LEFT JOIN group_bins AS b ON b.bin_group_no = t.bin_group_no
