-- One row for a line and a candidate whose name does not contradict throughout (a given customer number is kept to be
-- shown): levels of every kind of evidence, and for agreements how many customers would agree just so.
CREATE OR REPLACE TEMP TABLE link_member_evidence AS
WITH named AS (
    SELECT
        c.line, c.customer_no,
        n.reading, n.person_no, n.first_level, n.last_level, n.second_given, o.level AS org_level,
        CASE WHEN o.bits > coalesce(n.bits, -100) THEN o.bits ELSE n.bits END AS name_bits,
        CASE WHEN o.bits > coalesce(n.bits, -100) THEN NULL ELSE n.kin_bits END AS kin_bits
    FROM link_member_candidates c
    LEFT JOIN link_member_name_weights n USING (line, customer_no)
    LEFT JOIN link_member_organisations o USING (line, customer_no)
),
pair AS (
    SELECT
        n.*, l.bin_group_no, l.kind AS line_kind, l.site_no, l.phone AS line_phone, l.email AS line_email, l.given_key,
        l.street AS line_street, l.house AS line_house, l.letter AS line_letter, l.stair AS line_stair, l.flat AS line_flat,
        l.postal AS line_postal, l.city AS line_city, l.first IS NULL AND l.last IS NULL AND l.org IS NULL AS nameless,
        ltrim(regexp_replace(lower(n.customer_no), '[^0-9a-z]', '', 'g'), '0') AS key,
        c.kind, c.status, c.phone, c.phone_2, c.email
    FROM named n
    JOIN link_member_lines l USING (line)
    JOIN customers c USING (customer_no)
),
kept AS (SELECT * FROM pair WHERE name_bits IS NOT NULL OR nameless OR coalesce(key = given_key, false)),
place_of AS (
    SELECT
        k.line, k.customer_no,
        coalesce(k.line_postal = p.postal, false) OR coalesce(k.line_city = p.city, false)
            OR ((k.line_postal IS NULL OR p.postal IS NULL) AND (k.line_city IS NULL OR p.city IS NULL)) AS near_enough,
        CASE
            WHEN k.line_street IS NULL AND k.line_postal IS NULL THEN 'none'
            WHEN k.line_street = p.street AND k.line_house IS NOT DISTINCT FROM p.house AND near_enough THEN
                CASE
                    WHEN k.line_flat = p.flat AND (k.line_stair = p.stair OR k.line_stair = '' OR p.stair = '') THEN 'flat'
                    WHEN k.line_flat <> p.flat OR (k.line_letter <> p.letter AND k.line_letter <> '' AND p.letter <> '') THEN 'other_flat'
                    ELSE 'house'
                END
            WHEN k.line_street = p.street AND near_enough THEN 'street'
            WHEN k.line_postal = p.postal THEN 'area'
            ELSE 'elsewhere'
        END AS level,
        p.in_flat, p.in_house, p.in_street, p.in_area, p.postal
    FROM kept k
    JOIN link_member_places p USING (customer_no)
),
place_ranked AS (
    SELECT
        line, customer_no,
        min(CASE level WHEN 'flat' THEN 1 WHEN 'house' THEN 2 WHEN 'other_flat' THEN 3 WHEN 'street' THEN 4 WHEN 'area' THEN 5 WHEN 'elsewhere' THEN 6 ELSE 7 END) AS rank,
        min(in_flat) FILTER (level = 'flat') AS in_flat,
        min(in_house) FILTER (level IN ('house', 'other_flat')) AS in_house,
        min(in_street) FILTER (level = 'street') AS in_street,
        min(in_area) FILTER (level = 'area') AS in_area
    FROM place_of
    GROUP BY line, customer_no
),
near_bin AS (
    SELECT k.line, k.customer_no, bool_or(a.postal IS NOT NULL) AS is_near
    FROM kept k
    JOIN link_member_places p USING (customer_no)
    LEFT JOIN link_member_areas a ON a.bin_group_no = k.bin_group_no AND a.postal = p.postal
    WHERE p.postal IS NOT NULL
    GROUP BY k.line, k.customer_no
),
area AS (SELECT bin_group_no, max(n) AS n FROM link_member_areas GROUP BY bin_group_no),
site AS (SELECT site_no, max(n) AS n FROM link_member_sites GROUP BY site_no),
served AS (SELECT DISTINCT bin_group_no FROM services WHERE bin_group_no IS NOT NULL),
holder AS (SELECT value, count(DISTINCT customer_no) AS n FROM (
        SELECT customer_no, phone AS value FROM customers UNION SELECT customer_no, phone_2 FROM customers
        UNION SELECT customer_no, email FROM customers
    ) WHERE value IS NOT NULL GROUP BY value),
numbers AS (SELECT DISTINCT key FROM (SELECT ltrim(regexp_replace(lower(customer_no), '[^0-9a-z]', '', 'g'), '0') AS key FROM customers))
SELECT
    k.line, k.customer_no, k.reading, k.person_no, k.first_level, k.last_level, k.second_given, k.org_level,
    k.name_bits, k.kin_bits, k.nameless,
    CASE r.rank WHEN 1 THEN 'flat' WHEN 2 THEN 'house' WHEN 3 THEN 'other_flat' WHEN 4 THEN 'street' WHEN 5 THEN 'area' WHEN 6 THEN 'elsewhere' ELSE 'none' END AS place,
    CASE r.rank WHEN 1 THEN r.in_flat WHEN 2 THEN r.in_house WHEN 3 THEN r.in_house WHEN 4 THEN r.in_street WHEN 5 THEN r.in_area ELSE 1 END AS place_n,
    CASE WHEN area.n IS NULL OR nb.is_near IS NULL THEN 'none' WHEN nb.is_near THEN 'near' ELSE 'far' END AS area,
    greatest(coalesce(area.n, 1), 1) AS area_n,
    CASE WHEN k.site_no IS NULL OR site.n IS NULL THEN 'none' WHEN ms.customer_no IS NOT NULL THEN 'holder' ELSE 'other' END AS site,
    coalesce(site.n, 1) AS site_n,
    CASE WHEN mg.customer_no IS NOT NULL THEN 'member' WHEN served.bin_group_no IS NOT NULL THEN 'other' ELSE 'none' END AS bin,
    coalesce(mg.n, 1) AS bin_n,
    CASE
        WHEN k.line_phone IS NULL OR coalesce(k.phone, k.phone_2) IS NULL THEN 'none'
        WHEN k.line_phone = k.phone OR k.line_phone = k.phone_2 THEN 'agrees'
        ELSE 'differs'
    END AS phone,
    coalesce(hp.n, 1) AS phone_n,
    CASE WHEN k.line_email IS NULL OR k.email IS NULL THEN 'none' WHEN k.line_email = k.email THEN 'agrees' ELSE 'differs' END AS email,
    coalesce(he.n, 1) AS email_n,
    CASE WHEN numbers.key IS NULL THEN 'none' WHEN k.key = k.given_key THEN 'agrees' ELSE 'differs' END AS number,
    k.status IS NOT DISTINCT FROM 'ended' AS is_ended,
    -- A person and their estate, a person and their trade name, are not the same customer.
    (k.line_kind = 'estate') <> (k.kind = 'estate') AS estate_differs,
    k.org_level IS NULL AND (k.line_kind IN ('company', 'housing_company', 'public_body', 'association', 'group'))
        <> (k.kind IN ('company', 'housing_company', 'public_body', 'association', 'group')) AS kind_differs
FROM kept k
LEFT JOIN place_ranked r USING (line, customer_no)
LEFT JOIN near_bin nb USING (line, customer_no)
LEFT JOIN area USING (bin_group_no)
LEFT JOIN site ON site.site_no = k.site_no
LEFT JOIN link_member_sites ms ON ms.site_no = k.site_no AND ms.customer_no = k.customer_no
LEFT JOIN link_member_groups mg ON mg.bin_group_no = k.bin_group_no AND mg.customer_no = k.customer_no
LEFT JOIN served ON served.bin_group_no = k.bin_group_no
LEFT JOIN holder hp ON hp.value = k.line_phone
LEFT JOIN holder he ON he.value = k.line_email
LEFT JOIN numbers ON numbers.key = k.given_key;
