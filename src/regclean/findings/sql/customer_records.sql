-- Everything the review page shows of a customer, as one JSON text: as it was landed and as it was standardised, and
-- what hangs on it. National ids appear masked only.
WITH
raw_rows AS (
    SELECT r.* REPLACE (CASE WHEN r.national_id IS NOT NULL THEN coalesce(c.national_id_masked, '***') END AS national_id)
    FROM raw.customers AS r
    JOIN customers AS c ON c.customer_no = r.key
    WHERE r.key IN $keys AND c.customer_no IN $keys
),
raw AS (
    SELECT
        key AS customer_no, _file, _row,
        json_merge_patch(to_json(raw_rows), '{"key": null, "_file": null, "_row": null, "_hash": null}') AS record
    FROM raw_rows
),
clean AS (
    SELECT customer_no, json_merge_patch('{}', to_json(columns_of)) AS record
    FROM (
        SELECT * EXCLUDE (
            national_id_hash, m_first, m_given, m_last, m_last_parts, m_previous, m_org, m_org_form, m_org_numerals,
            m_street, m_house, m_house_letter, m_stair, m_flat, m_postal, m_city, m_email_local
        )
        FROM customers WHERE customer_no IN $keys
    ) AS columns_of
),
roles AS (
    SELECT
        customer_no,
        list(json_merge_patch('{}', json_object(
            'site_no', site_no, 'role', role, 'start_on', r.start_on, 'end_on', r.end_on,
            'street_address', s.street_address, 'postal_code', s.postal_code, 'city', s.city, 'use', s.use,
            'property_id', s.property_id
        )) ORDER BY site_no, role, r.start_on) AS items
    FROM site_roles AS r LEFT JOIN sites AS s USING (site_no)
    WHERE customer_no IN $keys
    GROUP BY customer_no
),
held AS (
    SELECT
        v.customer_no,
        list(json_merge_patch('{}', json_merge_patch(to_json(v), json_object(
            'street_address', s.street_address, 'postal_code', s.postal_code, 'city', s.city, 'use', s.use
        ))) ORDER BY v.service_no) AS items
    FROM services AS v LEFT JOIN sites AS s USING (site_no)
    WHERE v.customer_no IN $keys
    GROUP BY v.customer_no
),
placed AS (
    SELECT customer_no, list(item ORDER BY item::TEXT) AS items
    FROM (
        SELECT DISTINCT customer_no, json_merge_patch('{}', json_object(
            'source', source, 'site_no', site_no, 'street', m_street, 'house', m_house, 'letter', m_house_letter,
            'stair', m_stair, 'flat', m_flat, 'postal', m_postal, 'city', m_city, 'start_on', start_on, 'end_on', end_on
        )) AS item
        FROM customer_addresses WHERE customer_no IN $keys
    )
    GROUP BY customer_no
),
bound AS (
    SELECT m.customer_no, m.bin_group_no, m.member_no, 'member' AS part FROM bin_group_members AS m
    WHERE m.customer_no IN $keys
    UNION
    SELECT k.customer_no, k.bin_group_no, k.member_no, 'linked' FROM member_links AS k
    WHERE k.customer_no IN $keys AND k.state = 'linked'
    UNION
    SELECT g.host_customer_no, g.bin_group_no, NULL, 'host' FROM bin_groups AS g
    WHERE g.host_customer_no IN $keys
    UNION
    SELECT g.contact_customer_no, g.bin_group_no, NULL, 'contact' FROM bin_groups AS g
    WHERE g.contact_customer_no IN $keys
),
apart AS (
    -- Where somebody under non-disclosure hosts a bin or answers for it, its place is theirs: no other record tells it.
    SELECT bin_group_no FROM bin_groups SEMI JOIN bound USING (bin_group_no)
    WHERE host_customer_no IN (SELECT customer_no FROM customers WHERE non_disclosure)
       OR contact_customer_no IN (SELECT customer_no FROM customers WHERE non_disclosure)
),
groups AS (
    SELECT
        b.customer_no,
        list(json_merge_patch('{}', json_object(
            'bin_group_no', bin_group_no, 'member_no', b.member_no, 'part', b.part, 'waste_type', g.waste_type,
            'street_address', CASE WHEN apart.bin_group_no IS NULL THEN g.street_address END, 'end_on', g.end_on
        )) ORDER BY bin_group_no, b.part, b.member_no) AS items
    FROM bound AS b
    LEFT JOIN bin_groups AS g USING (bin_group_no)
    LEFT JOIN apart USING (bin_group_no)
    GROUP BY b.customer_no
),
recent AS (
    SELECT *
    FROM evidence WHERE customer_no IN $keys
    QUALIFY row_number() OVER (PARTITION BY customer_no ORDER BY observed_on DESC, signal, detail) <= $recent_signals
),
owing AS (
    SELECT customer_no, list(DISTINCT invoice_no ORDER BY invoice_no) AS items
    FROM invoices WHERE customer_no IN $keys AND is_open_bill(state)
    GROUP BY customer_no
),
signals AS (
    SELECT
        customer_no,
        list(json_merge_patch('{}', json_object('signal', signal, 'observed_on', observed_on, 'detail', detail))
            ORDER BY observed_on DESC, signal, detail) AS items
    FROM recent
    GROUP BY customer_no
)
SELECT
    subject('customers', c.customer_no) AS subject,
    CAST(json_merge_patch('{}', json_object(
        'source', CASE WHEN raw._file IS NOT NULL THEN json_object('file', raw._file, 'row', raw._row) END,
        'raw', raw.record, 'clean', c.record, 'addresses', placed.items, 'roles', roles.items,
        'services', held.items, 'bin_groups', groups.items, 'signals', signals.items, 'open_bills', owing.items
    )) AS TEXT) AS record
FROM clean AS c
LEFT JOIN raw USING (customer_no)
LEFT JOIN placed USING (customer_no)
LEFT JOIN roles USING (customer_no)
LEFT JOIN held USING (customer_no)
LEFT JOIN groups USING (customer_no)
LEFT JOIN signals USING (customer_no)
LEFT JOIN owing USING (customer_no)
ORDER BY subject
