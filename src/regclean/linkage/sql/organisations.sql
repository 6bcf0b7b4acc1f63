-- Organisations, one row each.
CREATE OR REPLACE TEMP TABLE link_organisations AS
WITH contact AS (
    SELECT own.*, coalesce(starts_with(replace(c.m_org, ' ', ''), left(split_part(regexp_replace(own.email, '^.*@', ''), '.', 1), 6)), false) AS own_name
    FROM link_own_contacts own
    JOIN customers c USING (customer_no)
    WHERE c.m_org IS NOT NULL OR c.business_id IS NOT NULL
),
word AS (
    SELECT customer_no, word, count(*) OVER (PARTITION BY word) AS holders
    FROM (SELECT DISTINCT customer_no, unnest(string_split(m_org, ' ')) AS word FROM customers WHERE m_org IS NOT NULL)
    WHERE length(word) > 2
),
-- Words that few use: a name that shares one of them may be the same under another spelling.
rare AS (
    SELECT customer_no, list_sort(list(word)) AS words FROM word
    WHERE holders <= greatest(5, 0.01 * (SELECT count(DISTINCT customer_no) FROM word))
    GROUP BY customer_no
),
-- A house by its number and any word of its street, however the street is written.
house AS (
    SELECT customer_no, list_sort(list(DISTINCT m_house || '|' || word)) AS words
    FROM (
        SELECT customer_no, m_house, unnest(string_split(m_street, ' ')) AS word FROM customer_addresses
        WHERE m_house IS NOT NULL AND customer_no IN (SELECT customer_no FROM word)
    )
    WHERE length(word) > 3
    GROUP BY customer_no
),
-- One legal form under its Finnish and its Swedish name.
form AS (
    SELECT * FROM (VALUES
        ('oy', 'oy'), ('ab', 'oy'), ('oyj', 'oy'), ('abp', 'oy'), ('oy ab', 'oy'), ('oy_ab', 'oy'),
        ('ry', 'ry'), ('rf', 'ry'), ('as_oy', 'as_oy'), ('bostads_ab', 'as_oy'), ('ky', 'ky'), ('kb', 'ky'),
        ('osk', 'osk'), ('andelslag', 'osk'), ('saatio', 'saatio'), ('sr', 'saatio'), ('stiftelse', 'saatio')
    ) AS t(form, family)
)
SELECT
    row_number() OVER (ORDER BY c.customer_no) AS entity,
    c.customer_no, c.kind,
    c.m_org AS org,
    array_to_string(list_sort(string_split(c.m_org, ' ')), ' ') AS org_words,
    list_distinct(list_filter(string_split(c.m_org, ' '), lambda w: length(w) > 2)) AS words,
    array_to_string(list_transform(string_split(c.m_org, ' '), lambda w: w[1]), '') AS initials,
    -- "Logistics, Penhale" and "Penhale Log." begin their words alike.
    CASE WHEN contains(c.m_org, ' ') THEN array_to_string(list_sort(list_transform(string_split(c.m_org, ' '), lambda w: w[1:3])), ' ') END AS word_starts,
    coalesce(form.family, c.m_org_form) AS form_family,
    -- A parish or a road is named as others are: how often one name is one organisation is learnt by kind.
    CASE WHEN c.m_org IS NOT NULL AND count(*) OVER (PARTITION BY c.m_org) > 1 THEN name_cell(
        CASE c.kind WHEN 'company' THEN 0 WHEN 'housing_company' THEN 1 WHEN 'group' THEN 3 ELSE 2 END,
        count(*) OVER (PARTITION BY c.m_org) / count(c.m_org) OVER ()
    ) END AS cell,
    coalesce(c.m_org_numerals, '') AS numerals,
    c.business_id,
    coalesce(rare.words, []) AS rare_words, coalesce(house.words, []) AS house_words, c.m_street AS street,
    contact.phones, coalesce(contact.phone, contact.phones[1]) AS phone,
    -- An address made of the organisation's name says no more than the name.
    CASE WHEN NOT own_name THEN contact.email END AS email,
    CASE WHEN NOT own_name THEN contact.email END AS email_own,
    CASE WHEN NOT own_name THEN split_part(contact.email, '@', 1) END AS email_local,
    CASE WHEN NOT own_name THEN regexp_replace(contact.email, '[^a-z]', '', 'g') END AS email_letters,
    contact.iban,
    a.sites, a.numbers, a.streets, a.places, a.within, a.areas, a.places_2, a.places_4, a.places_10, a.places_many
FROM customers c
LEFT JOIN contact USING (customer_no)
LEFT JOIN rare USING (customer_no)
LEFT JOIN house USING (customer_no)
LEFT JOIN form ON form.form = c.m_org_form
LEFT JOIN link_addresses a USING (customer_no)
WHERE c.kind IN ('company', 'housing_company', 'public_body', 'association', 'group')
  AND (c.m_org IS NOT NULL OR c.business_id IS NOT NULL);
