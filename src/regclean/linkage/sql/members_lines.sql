-- Lines of shared-bin lists, with what on them is evidence. A contact person's phone, e-mail or the bin's address says nothing
-- about the member, except on the contact person's own line and on the host's. Numbers that several surnames of one list
-- share are treated alike, whoever they belong to. A national id on the line names a customer like a number that was given.
CREATE OR REPLACE TEMP TABLE link_member_lines AS
WITH holder AS (
    SELECT national_id_hash, any_value(customer_no) AS customer_no
    FROM customers
    WHERE national_id_hash IS NOT NULL
    GROUP BY national_id_hash
    HAVING count(*) = 1
),
line AS (
    SELECT
        m.*, holder.customer_no AS holder_no,
        g.host_site_no,
        coalesce(
            m.m_first IS NOT NULL AND m.m_last IS NOT NULL
            AND list_has_all(
                string_split(regexp_replace(strip_accents(lower(g.contact_name)), '[^a-z]+', ' ', 'g'), ' '), [m.m_first, m.m_last]
            ), false
        ) AS is_contact,
        count(DISTINCT coalesce(m.m_last, m.m_org)) OVER (PARTITION BY m.bin_group_no, m.phone) AS phone_names,
        count(DISTINCT coalesce(m.m_last, m.m_org)) OVER (PARTITION BY m.bin_group_no, m.email) AS email_names
    FROM bin_group_members m
    LEFT JOIN bin_groups g USING (bin_group_no)
    LEFT JOIN member_ids USING (bin_group_no, member_no)
    LEFT JOIN holder USING (national_id_hash)
),
usable AS (
    SELECT *, NOT proxy_address OR coalesce(site_no = host_site_no, false) AS has_address FROM line
)
SELECT
    row_number() OVER (ORDER BY bin_group_no, member_no) AS line,
    bin_group_no, member_no, kind, site_no,
    customer_no AS customer_no_given,
    ltrim(regexp_replace(lower(coalesce(customer_no, holder_no)), '[^0-9a-z]', '', 'g'), '0') AS given_key,
    m_first AS first, m_given AS given, m_last AS last, m_last_parts AS parts,
    m_first_2 AS first_2, coalesce(m_last_2, m_last) AS last_2,
    m_org AS org,
    -- A couple, or a surname alone, stands for the household: whoever holds its account is meant.
    m_org IS NULL AND (m_first_2 IS NOT NULL OR (m_first IS NULL AND m_last IS NOT NULL)) AS is_household,
    CASE WHEN is_contact OR NOT (proxy_phone OR phone_names > 2) THEN phone END AS phone,
    CASE WHEN is_contact OR NOT (proxy_email OR email_names > 2) THEN email END AS email,
    CASE WHEN has_address THEN m_street END AS street,
    CASE WHEN has_address THEN m_house END AS house,
    CASE WHEN has_address THEN coalesce(m_house_letter, '') END AS letter,
    CASE WHEN has_address THEN coalesce(m_stair, '') END AS stair,
    CASE WHEN has_address THEN m_flat END AS flat,
    CASE WHEN has_address THEN m_postal END AS postal,
    CASE WHEN has_address THEN m_city END AS city
FROM usable;
