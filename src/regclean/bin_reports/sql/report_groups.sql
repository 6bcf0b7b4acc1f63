-- The shared bins of `reported`, with the contact person as written on the list. The register's address and language of the
-- contact person only where the number and the name agree: a mistyped number must not send the letter to a stranger.
SELECT
    g.bin_group_no, g.waste_type, g.street_address, g.postal_code, g.city, g.billing, g.start_on, g.end_on, g.confirmed_on,
    g.host_customer_no, g.host_site_no, g.contact_customer_no, g.contact_name, g.contact_phone, g.contact_email,
    c.customer_no IS NOT NULL AS contact_is_known, c.language,
    c.street_address AS contact_street_address, c.postal_code AS contact_postal_code, c.city AS contact_city
FROM bin_groups AS g
SEMI JOIN reported USING (bin_group_no)
LEFT JOIN customers AS c
    ON
        c.customer_no = g.contact_customer_no
        AND list_has_all(
            string_split(trim(regexp_replace(strip_accents(lower(g.contact_name)), '[^a-z0-9]+', ' ', 'g')), ' '),
            string_split(coalesce(c.m_last, c.m_org), ' ')
        )
ORDER BY g.bin_group_no
