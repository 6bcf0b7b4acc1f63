-- The persons that customer rows name, one row each: a person, the members of a household row, the deceased of an estate,
-- the trader of a trade name. Birth date and national id belong to the row's own person alone.
CREATE OR REPLACE TEMP TABLE link_persons AS
WITH person AS (
    SELECT
        p.customer_no, p.person_no, p.part, c.kind,
        p.m_first AS first,
        p.m_given AS given,
        list_distinct(list_filter(p.m_given, lambda n: length(n) > 1)) AS full_names,
        p.m_last AS last,
        CASE WHEN p.person_no = 1 THEN c.m_last_parts ELSE string_split(p.m_last, ' ') END AS parts,
        CASE WHEN p.person_no = 1 AND c.kind IN ('person', 'estate') THEN strftime(c.birth_date, '%Y%m%d') END AS birth,
        CASE WHEN p.person_no = 1 AND c.kind IN ('person', 'estate') THEN c.national_id_hash END AS national_id_hash
    FROM customer_persons p
    JOIN customers c USING (customer_no)
    WHERE p.part <> 'care_of'
)
SELECT
    row_number() OVER (ORDER BY person.customer_no, person.person_no) AS entity,
    person.customer_no, person.person_no, person.part, person.kind,
    person.first, person.given, person.full_names,
    list_filter(person.full_names, lambda n: n <> person.first) AS other_names,
    CASE WHEN len(person.full_names) > 1 THEN array_to_string(person.full_names, ' ') END AS more_names,
    coalesce(v.variants, []) AS variants,
    coalesce(v.woman, false) AS woman,
    CASE WHEN v.woman AND length(person.first) > 1 THEN person.first END AS first_woman,
    CASE WHEN NOT coalesce(v.woman, false) AND length(person.first) > 1 THEN person.first END AS first_man,
    person.last,
    list_distinct(list_filter(person.parts, lambda p: length(p) > 1)) AS last_parts,
    person.birth,
    coalesce(opaque.national_id, person.national_id_hash) AS national_id,
    contact.phones, coalesce(contact.phone, contact.phones[1]) AS phone,
    contact.email,
    CASE WHEN NOT coalesce(strpos(contact.email, person.last) > 0 AND length(person.last) > 2 OR strpos(contact.email, person.first) > 0 AND length(person.first) > 2, false) THEN split_part(contact.email, '@', 1) END AS email_local,
    regexp_replace(split_part(contact.email, '@', 1), '[^a-z]', '', 'g') AS email_letters,
    contact.iban,
    a.streets, a.numbers, a.sites, a.houses, a.flats, a.flat_sites, a.areas,
    c.m_street AS street, c.m_city AS city
FROM person
JOIN customers c USING (customer_no)
LEFT JOIN link_own_contacts contact USING (customer_no)
LEFT JOIN link_addresses a USING (customer_no)
LEFT JOIN link_first_names v ON v.name = person.first
LEFT JOIN link_opaque_ids opaque ON opaque.customer_no = person.customer_no AND person.person_no = 1
WHERE person.first IS NOT NULL OR person.last IS NOT NULL;
