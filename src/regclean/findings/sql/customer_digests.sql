-- One digest of everything that linkage compares, for each customer that is shown.
WITH named AS (
    SELECT customer_no, list(json_array(part, m_given, m_last) ORDER BY person_no) AS persons
    FROM customer_persons SEMI JOIN shown_customers USING (customer_no)
    GROUP BY customer_no
),
placed AS (
    SELECT customer_no, list_sort(list(DISTINCT concat_ws(
        '|', coalesce(m_street, ''), coalesce(m_house, ''), coalesce(m_house_letter, ''), coalesce(m_stair, ''),
        coalesce(m_flat, ''), coalesce(m_postal, '')
    ))) AS addresses
    FROM customer_addresses SEMI JOIN shown_customers USING (customer_no)
    GROUP BY customer_no
)
SELECT
    c.customer_no,
    sha256(CAST(json_array(
        c.kind, c.national_id_hash, c.business_id, c.birth_date, c.m_given, c.m_last, c.m_last_parts, c.m_previous,
        c.m_org, c.m_org_form, c.m_org_numerals, c.m_street, c.m_house, c.m_house_letter, c.m_stair, c.m_flat,
        c.m_postal, c.phone, c.phone_2, c.email, c.iban, c.e_invoice_address, named.persons, placed.addresses
    ) AS TEXT)) AS digest,
    -- The survivor comes first: not ended, most complete, oldest, lowest number.
    coalesce(c.status, 'active') = 'ended' AS ended,
    (c.national_id_hash IS NOT NULL)::INT + (c.business_id IS NOT NULL)::INT + (c.birth_date IS NOT NULL)::INT
        + (c.street_address IS NOT NULL)::INT + (c.postal_code IS NOT NULL)::INT + (c.phone IS NOT NULL)::INT
        + (c.email IS NOT NULL)::INT + (c.name IS NOT NULL)::INT + (c.iban IS NOT NULL)::INT
        + (c.e_invoice_address IS NOT NULL)::INT AS filled,
    c.created_on
FROM customers AS c
SEMI JOIN shown_customers USING (customer_no)
LEFT JOIN named USING (customer_no)
LEFT JOIN placed USING (customer_no)
ORDER BY c.customer_no
