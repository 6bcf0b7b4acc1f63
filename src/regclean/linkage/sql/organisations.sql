-- Organisations, one row each.
CREATE OR REPLACE TEMP TABLE link_organisations AS
WITH contact AS (
    SELECT own.*, coalesce(starts_with(replace(c.m_org, ' ', ''), left(split_part(regexp_replace(own.email, '^.*@', ''), '.', 1), 6)), false) AS own_name
    FROM link_own_contacts own
    JOIN customers c USING (customer_no)
    WHERE c.m_org IS NOT NULL OR c.business_id IS NOT NULL
)
SELECT
    row_number() OVER (ORDER BY c.customer_no) AS entity,
    c.customer_no, c.kind,
    c.m_org AS org,
    array_to_string(list_sort(string_split(c.m_org, ' ')), ' ') AS org_words,
    c.m_org_form AS form,
    coalesce(c.m_org_numerals, '') AS numerals,
    c.business_id,
    contact.phones, coalesce(contact.phone, contact.phones[1]) AS phone,
    -- An address made of the organisation's name says no more than the name.
    CASE WHEN NOT own_name THEN contact.email END AS email,
    CASE WHEN NOT own_name THEN split_part(contact.email, '@', 1) END AS email_local,
    CASE WHEN NOT own_name THEN regexp_replace(contact.email, '[^a-z]', '', 'g') END AS email_letters,
    contact.iban,
    a.streets, a.numbers, a.sites, a.houses, a.flats, a.flat_sites, a.areas
FROM customers c
LEFT JOIN contact USING (customer_no)
LEFT JOIN link_addresses a USING (customer_no)
WHERE c.kind IN ('company', 'housing_company', 'public_body', 'association', 'group')
  AND (c.m_org IS NOT NULL OR c.business_id IS NOT NULL);
