-- Which customers a line is compared with. No rule is looser than a part of a name in one area or house; a number, an e-mail,
-- a site or a customer number is enough alone. Wide blocks (a manager's phone, a name that hundreds share) decide nothing.
CREATE OR REPLACE TEMP TABLE link_member_candidates AS
WITH line_area AS (
    SELECT line, postal AS area FROM link_member_lines WHERE postal IS NOT NULL
    UNION
    SELECT l.line, a.postal FROM link_member_lines l JOIN link_member_areas a USING (bin_group_no)
    UNION
    SELECT line, city FROM link_member_lines WHERE city IS NOT NULL
),
wanted AS (SELECT DISTINCT area FROM line_area),
customer_area AS (
    SELECT DISTINCT p.customer_no, p.area FROM link_member_places p JOIN wanted USING (area)
    UNION
    SELECT DISTINCT p.customer_no, p.city FROM link_member_places p JOIN wanted ON wanted.area = p.city WHERE p.postal IS NULL
),
line_part AS (SELECT line, reading, first, unnest(parts) AS part FROM link_member_names),
person_part AS (SELECT customer_no, given, initials, unnest(parts) AS part FROM link_member_persons),
line_given AS (SELECT line, last, unnest(list_concat(given, variants)) AS name FROM link_member_names WHERE reading < 3),
person_given AS (SELECT customer_no, last, unnest(given) AS name FROM link_member_persons),
-- A surname (its beginning, against typos) with a first name's initial in the area; a bare surname in full.
line_stem AS (
    SELECT DISTINCT line, hash(area, unnest(stems)) AS key
    FROM (
        SELECT line,
            CASE WHEN n.first IS NULL THEN list_transform(parts, lambda p: p || '|')
                ELSE flatten(list_transform(parts, lambda p: list_transform(
                    list_distinct(list_transform(list_concat([n.first], given, variants), lambda g: g[1])), lambda i: p[:4] || '|' || i
                ))) END AS stems
        FROM link_member_names n
        WHERE reading < 3
    )
    JOIN line_area USING (line)
),
person_stem AS (
    SELECT customer_no, unnest(list_concat(
        list_transform(parts, lambda p: p || '|'),
        flatten(list_transform(parts, lambda p: list_transform(initials, lambda i: p[:4] || '|' || i)))
    )) AS stem
    FROM link_member_persons
),
surname_area AS (
    SELECT l.line, p.customer_no
    FROM (SELECT customer_no, hash(area, stem) AS key FROM person_stem JOIN customer_area USING (customer_no)) p
    JOIN line_stem l USING (key)
),
-- A first name and the surname's initial in the area: the typo is in the stem.
given_area AS (
    SELECT l.line, p.customer_no
    FROM (SELECT DISTINCT line, area, name, last[1] AS letter FROM line_given JOIN line_area USING (line)) l
    JOIN (SELECT DISTINCT customer_no, area, name, last[1] AS letter FROM person_given JOIN customer_area USING (customer_no)) p
        USING (area, name, letter)
),
swapped_area AS (
    SELECT l.line, p.customer_no
    FROM (SELECT DISTINCT line, area, first, last FROM link_member_names JOIN line_area USING (line) WHERE reading = 3) l
    JOIN link_member_persons p ON p.last = l.last AND list_contains(p.given, l.first)
    JOIN customer_area a ON a.customer_no = p.customer_no AND a.area = l.area
),
-- A surname or a first name in the house: marriages, call names, typos.
house AS (
    SELECT DISTINCT l.line, p.customer_no, p.in_house
    FROM link_member_lines l
    JOIN link_member_places p USING (street, house)
    WHERE l.postal = p.postal OR l.city = p.city OR l.postal IS NULL OR p.postal IS NULL
),
house_named AS (
    SELECT h.line, h.customer_no
    FROM house h
    JOIN link_member_names n USING (line)
    JOIN link_member_persons p USING (customer_no)
    WHERE h.in_house <= 12 OR list_has_any(n.parts, p.parts) OR list_has_any(n.given, p.given) OR n.last[:2] = p.last[:2]
),
rare_name AS (
    SELECT l.line, p.customer_no
    FROM line_part l
    JOIN link_member_frequencies f ON f.part = 'full' AND f.n <= 5
    JOIN person_part p ON p.part = l.part
    WHERE l.reading < 3 AND f.name = l.part || '|' || l.first AND list_contains(p.given, l.first)
),
phone AS (
    SELECT customer_no, value, count(*) OVER (PARTITION BY value) AS n
    FROM (
        SELECT customer_no, phone AS value FROM customers WHERE phone IS NOT NULL
        UNION
        SELECT customer_no, phone_2 FROM customers WHERE phone_2 IS NOT NULL
    )
),
email AS (SELECT customer_no, email AS value, count(*) OVER (PARTITION BY email) AS n FROM customers WHERE email IS NOT NULL),
number AS (
    SELECT customer_no, ltrim(regexp_replace(lower(customer_no), '[^0-9a-z]', '', 'g'), '0') AS key FROM customers
),
org AS (
    SELECT customer_no, m_org AS org, array_to_string(list_sort(string_split(m_org, ' ')), ' ') AS words,
        count(*) OVER (PARTITION BY m_org) AS n
    FROM customers
    WHERE m_org IS NOT NULL
),
org_line AS (
    SELECT line, org, array_to_string(list_sort(string_split(org, ' ')), ' ') AS words FROM link_member_lines WHERE org IS NOT NULL
),
org_area AS (
    SELECT l.line, o.customer_no
    FROM org_line l
    JOIN line_area la USING (line)
    JOIN customer_area ca USING (area)
    JOIN org o USING (customer_no)
    WHERE o.org[:4] = l.org[:4] OR o.words = l.words
)
SELECT line, customer_no FROM surname_area
UNION SELECT line, customer_no FROM given_area
UNION SELECT line, customer_no FROM swapped_area
UNION SELECT line, customer_no FROM house_named
UNION SELECT line, customer_no FROM rare_name
UNION SELECT l.line, p.customer_no FROM link_member_lines l JOIN phone p ON p.value = l.phone AND p.n <= 30
UNION SELECT l.line, p.customer_no FROM link_member_lines l JOIN email p ON p.value = l.email AND p.n <= 30
UNION SELECT l.line, n.customer_no FROM link_member_lines l JOIN number n ON n.key = l.given_key
UNION SELECT l.line, s.customer_no FROM link_member_lines l JOIN link_member_sites s USING (site_no) WHERE s.n <= 60
UNION SELECT l.line, g.customer_no FROM link_member_lines l JOIN link_member_groups g USING (bin_group_no) WHERE g.n <= 40
UNION SELECT l.line, o.customer_no FROM org_line l JOIN org o ON (o.org = l.org OR o.words = l.words) AND o.n <= 60
UNION SELECT line, customer_no FROM org_area;
