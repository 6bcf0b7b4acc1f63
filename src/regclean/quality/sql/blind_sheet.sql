-- What people see of each drawn pair (`drawn`): both records side by side, as they are registered, with no score and no opinion of
-- the program's. National ids are masked.
WITH wanted AS (SELECT customer_no_l AS customer_no FROM drawn UNION SELECT customer_no_r FROM drawn),
shown AS (
    SELECT c.customer_no, c.kind,
        coalesce(nullif(trim(concat_ws(' ', raw.name, CASE WHEN raw.name IS NULL THEN concat_ws(' ', raw.first_names, raw.last_name) END)), ''), raw.company_name) AS name,
        raw.previous_last_name AS previous_name, strftime(c.birth_date, '%Y-%m-%d') AS birth_date, c.national_id_masked AS national_id,
        raw.business_id, concat_ws(', ', raw.street_address, nullif(concat_ws(' ', raw.postal_code, raw.city), '')) AS address,
        concat_ws(' / ', raw.phone, raw.phone_2) AS phone, raw.email, c.status, strftime(c.created_on, '%Y-%m-%d') AS created_on,
        sites.sites
    FROM customers c
    LEFT JOIN (SELECT * FROM raw.customers WHERE key IN (SELECT customer_no FROM wanted)) AS raw ON raw.key = c.customer_no
    LEFT JOIN (
        SELECT customer_no, string_agg(DISTINCT concat_ws(', ', site.street_address, site.city), ' | ' ORDER BY concat_ws(', ', site.street_address, site.city)) AS sites
        FROM (SELECT customer_no, site_no FROM site_roles UNION SELECT customer_no, site_no FROM services)
        JOIN sites AS site USING (site_no)
        WHERE customer_no IN (SELECT customer_no FROM wanted)
        GROUP BY customer_no
    ) AS sites ON sites.customer_no = c.customer_no
    WHERE c.customer_no IN (SELECT customer_no FROM wanted)
)
SELECT drawn.sample, drawn.number, drawn.customer_no_l, drawn.customer_no_r,
    l.name AS name_l, r.name AS name_r, l.previous_name AS previous_name_l, r.previous_name AS previous_name_r,
    l.kind AS kind_l, r.kind AS kind_r, l.birth_date AS birth_date_l, r.birth_date AS birth_date_r,
    l.national_id AS national_id_l, r.national_id AS national_id_r, l.business_id AS business_id_l, r.business_id AS business_id_r,
    l.address AS address_l, r.address AS address_r, l.sites AS sites_l, r.sites AS sites_r, l.phone AS phone_l, r.phone AS phone_r,
    l.email AS email_l, r.email AS email_r, l.status AS status_l, r.status AS status_r,
    l.created_on AS created_on_l, r.created_on AS created_on_r, '' AS verdict
FROM drawn
JOIN shown AS l ON l.customer_no = drawn.customer_no_l
JOIN shown AS r ON r.customer_no = drawn.customer_no_r
ORDER BY drawn.sample, drawn.number
