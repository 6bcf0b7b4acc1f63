-- One digest of everything that linkage compares, for each customer that is shown, and what its rank rests on.
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
    -- What the ranking of survivors looks at.
    c.status, c.created_on, c.name, c.kind_given, c.previous_last_name, c.national_id_hash, c.business_id, c.birth_date,
    c.street_address, c.phone, c.phone_2, c.email, c.language, c.relationship, c.segment, c.billing_street_address,
    c.e_invoice_address, c.e_invoice_state, c.iban, c.iban_state
FROM customers AS c
SEMI JOIN shown_customers USING (customer_no)
LEFT JOIN named USING (customer_no)
LEFT JOIN placed USING (customer_no)
ORDER BY c.customer_no
