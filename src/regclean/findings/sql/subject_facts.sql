-- For each subject: is a customer under non-disclosure behind it, where is it, what does a queue call it, and what
-- hangs on it. A shared bin or a site is as protected as anybody who belongs to it: its list or address would tell.
WITH
behind AS (
    SELECT subject('customers', customer_no) AS subject, customer_no FROM customers
    UNION ALL
    SELECT subject('services', service_no), customer_no FROM services
    UNION ALL
    SELECT subject('sites', site_no), customer_no FROM site_roles
    UNION ALL
    SELECT subject('sites', site_no), customer_no FROM services WHERE site_no IS NOT NULL
    UNION ALL
    SELECT subject('buildings', t.building_id), r.customer_no FROM sites AS t INNER JOIN site_roles AS r USING (site_no) WHERE t.building_id IS NOT NULL
    UNION ALL
    SELECT subject('buildings', t.building_id), s.customer_no FROM sites AS t INNER JOIN services AS s USING (site_no) WHERE t.building_id IS NOT NULL
    UNION ALL
    SELECT subject('bin_group_members', row_key(bin_group_no, member_no)), customer_no FROM bin_group_members
    UNION ALL
    SELECT subject('bin_group_members', row_key(bin_group_no, member_no)), customer_no FROM member_links
    UNION ALL
    SELECT subject('bin_groups', bin_group_no), customer_no FROM bin_group_members
    UNION ALL
    SELECT subject('bin_groups', bin_group_no), customer_no FROM member_links
    UNION ALL
    SELECT subject('bin_groups', bin_group_no), host_customer_no FROM bin_groups
    UNION ALL
    SELECT subject('bin_groups', bin_group_no), contact_customer_no FROM bin_groups
),
marked AS (
    SELECT subject('bin_group_members', row_key(bin_group_no, member_no)) AS subject FROM hidden_lines
    UNION
    SELECT subject('bin_groups', bin_group_no) FROM hidden_lines
),
links AS (
    SELECT DISTINCT subject, customer_no
    FROM behind SEMI JOIN shown_subjects USING (subject)
    WHERE customer_no IS NOT NULL
),
-- Open ones: an event is closed when any row of it says so. Without a number of its own one is forgotten after a year.
complaints AS (
    SELECT customer_no, bool_or(about_a_bill) AS about_a_bill
    FROM (
        SELECT
            customer_no, max(observed_on) AS observed_on, bool_or(closed_on IS NOT NULL) AS is_closed, event_id IS NOT NULL AS is_followed,
            bool_or(regexp_matches(
                strip_accents(lower(concat_ws(' ', detail, touchpoint))), 'lasku|veloit|faktur|debiter|invoic|bill'
            )) AS about_a_bill
        FROM evidence
        WHERE signal = 'complaint'
        GROUP BY customer_no, event_id, CASE WHEN event_id IS NULL THEN (observed_on, detail) END
    )
    WHERE NOT is_closed AND (is_followed OR observed_on > (SELECT max(observed_on) FROM evidence) - INTERVAL 1 YEAR)
    GROUP BY customer_no
),
held AS (
    SELECT customer_no, count(*) AS services FROM services WHERE end_on IS NULL GROUP BY customer_no
),
people AS (
    SELECT
        subject,
        bool_or(c.customer_no IN (SELECT customer_no FROM hidden_customers)) AS protected,
        bool_or(coalesce(c.relationship = 'key', false)) AS key_customer,
        bool_or(about_a_bill IS NOT NULL) AS complained,
        bool_or(coalesce(about_a_bill, false)) AS wrong_bill,
        sum(coalesce(services, 0)) AS services
    FROM links
    JOIN customers AS c USING (customer_no)
    LEFT JOIN complaints USING (customer_no)
    LEFT JOIN held USING (customer_no)
    GROUP BY subject
),
named AS (
    SELECT subject('customers', customer_no) AS subject, name AS label, postal_code AS area FROM customers
    UNION ALL
    SELECT subject('sites', site_no), street_address, postal_code FROM sites
    UNION ALL
    SELECT subject('services', service_no), s.street_address, s.postal_code FROM services LEFT JOIN sites AS s USING (site_no)
    UNION ALL
    SELECT subject('buildings', building_id), street_address, postal_code FROM buildings
    UNION ALL
    SELECT subject('bin_groups', bin_group_no), bin_group_no, postal_code FROM bin_groups
    UNION ALL
    SELECT subject('bin_group_members', row_key(bin_group_no, member_no)), name, postal_code FROM bin_group_members
),
held_by AS (
    SELECT subject('services', service_no) AS subject, subject('customers', customer_no) AS holder FROM services
    UNION ALL
    SELECT subject('buildings', building_id), subject('sites', min(site_no)) FROM sites WHERE building_id IS NOT NULL GROUP BY building_id
),
files AS (
    SELECT subject(table_name, key) AS subject, _file AS file
    FROM origins
    WHERE taken AND table_name IN ('customers', 'sites', 'services', 'bin_groups', 'bin_group_members')
)
SELECT
    subject,
    coalesce(protected, false) OR subject IN (SELECT subject FROM marked) AS protected,
    coalesce(key_customer, false) AS key_customer,
    coalesce(complained, false) AS complained,
    coalesce(wrong_bill, false) AS wrong_bill,
    CAST(coalesce(services, 0) AS BIGINT) AS services,
    label, area, holder, file
FROM shown_subjects
LEFT JOIN people USING (subject)
LEFT JOIN named USING (subject)
LEFT JOIN held_by USING (subject)
LEFT JOIN files USING (subject)
ORDER BY subject
