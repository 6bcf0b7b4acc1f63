-- The persons that customer rows name, one row each: a person, the members of a household row, the deceased of an estate,
-- the trader of a trade name; and persons whose row has no name, when a date or an id says who it is about. Birth date and national
-- id belong to the row's own person alone. `generation`: the elder or the younger one of a name, as its mark says; I or Sr, II or Jr, III, IV behind a name, where a country writes so. `cell`: how many rows hold this full name, and how rare its parts are together.
CREATE OR REPLACE TEMP TABLE link_persons AS
WITH resident AS (
    SELECT p.customer_no, person_no, m_first || ' ' || m_last AS name, unnest(list_concat(places_2, places_4)) AS place
    FROM customer_persons p
    JOIN link_addresses USING (customer_no)
    WHERE part <> 'care_of' AND length(m_first) > 1
),
company AS (
    SELECT one.customer_no, one.person_no, list_sort(list_distinct(list(other.name))) AS companions
    FROM resident one
    JOIN resident other ON one.place = other.place AND one.name <> other.name
    GROUP BY ALL
),
named AS (
    SELECT customer_no, person_no, part, m_first AS first, m_given AS given, m_last AS last
    FROM customer_persons
    WHERE part NOT IN ('care_of', 'guardian') AND (m_first IS NOT NULL OR m_last IS NOT NULL)
    UNION ALL
    SELECT customer_no, 1, 'self', NULL, [], NULL
    FROM customers c
    WHERE kind IN ('person', 'estate') AND (birth_date IS NOT NULL OR national_id_hash IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM customer_persons p WHERE p.customer_no = c.customer_no AND (m_first IS NOT NULL OR m_last IS NOT NULL))
),
person AS (
    SELECT named.*, c.kind,
        list_distinct(list_filter(given, lambda n: length(n) > 1)) AS full_names,
        CASE WHEN person_no = 1 THEN c.m_last_parts ELSE string_split(last, ' ') END AS parts,
        CASE WHEN person_no = 1 AND c.kind IN ('person', 'estate') THEN strftime(c.birth_date, '%Y%m%d') END AS birth,
        CASE WHEN person_no = 1 AND c.kind IN ('person', 'estate') THEN c.national_id_hash END AS national_id_hash,
        count(*) OVER (PARTITION BY first, last) AS holders,
        count(*) OVER (PARTITION BY first) / count(first) OVER () * count(*) OVER (PARTITION BY last) / count(last) OVER () AS frequency
    FROM named
    JOIN customers c USING (customer_no)
)
SELECT
    row_number() OVER (ORDER BY person.customer_no, person.person_no) AS entity,
    person.customer_no, person.person_no, person.part, person.kind,
    person.first, person.given, person.full_names,
    list_filter(person.full_names, lambda n: n <> person.first) AS other_names,
    CASE WHEN len(person.full_names) > 1 THEN array_to_string(person.full_names, ' ') END AS more_names,
    nullif(array_to_string(person.given, ''), '') AS joined,
    coalesce(v.variants, []) AS variants, v.name IS NOT NULL AS known_name,
    person.last,
    CASE coalesce(
        list_extract(list_intersect(person.given, ['elder', 'younger']), 1),
        regexp_extract(concat_ws(' ', array_to_string(person.given, ' '), person.last), ' (i|sr|senior|ii|jr|junior|iii|iv)( |$)', 1)
    )
        WHEN 'i' THEN 1 WHEN 'sr' THEN 1 WHEN 'senior' THEN 1 WHEN 'elder' THEN 1
        WHEN 'ii' THEN 2 WHEN 'jr' THEN 2 WHEN 'junior' THEN 2 WHEN 'younger' THEN 2 WHEN 'iii' THEN 3 WHEN 'iv' THEN 4
    END AS generation,
    CASE WHEN length(person.first) > 1 AND person.last IS NOT NULL AND holders > 1 THEN name_cell(
        CASE WHEN holders <= 2 THEN 0 WHEN holders <= 4 THEN 1 WHEN holders <= 8 THEN 2 ELSE 3 END, frequency
    ) END AS cell,
    list_distinct(list_filter(person.parts, lambda p: length(p) > 1)) AS last_parts,
    person.birth,
    coalesce(opaque.national_id, person.national_id_hash) AS national_id,
    contact.phones, coalesce(contact.phone, contact.phones[1]) AS phone,
    contact.email,
    CASE WHEN NOT coalesce(strpos(contact.email, person.last) > 0 AND length(person.last) > 2 OR strpos(contact.email, person.first) > 0 AND length(person.first) > 2, false) THEN split_part(contact.email, '@', 1) END AS email_local,
    CASE WHEN email_local IS NOT NULL THEN contact.email END AS email_own,
    regexp_replace(split_part(contact.email, '@', 1), '[^a-z]', '', 'g') AS email_letters,
    contact.iban,
    a.streets, a.numbers, a.sites, a.places, a.within, a.areas, a.places_2, a.places_4, a.places_10, a.places_many,
    t.began, t.ended, company.companions,
    c.m_street AS street, c.m_city AS city
FROM person
JOIN customers c USING (customer_no)
JOIN link_times t USING (customer_no)
LEFT JOIN link_own_contacts contact USING (customer_no)
LEFT JOIN link_addresses a USING (customer_no)
LEFT JOIN company ON company.customer_no = person.customer_no AND company.person_no = person.person_no
LEFT JOIN link_first_names v ON v.name = person.first
LEFT JOIN link_opaque_ids opaque ON opaque.customer_no = person.customer_no AND person.person_no = 1;
