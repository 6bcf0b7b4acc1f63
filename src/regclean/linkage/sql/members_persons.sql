-- The persons that customer rows name, with every surname they go or went by.
CREATE OR REPLACE TEMP TABLE link_member_persons AS
SELECT
    p.customer_no, p.person_no, p.m_first AS first, p.m_last AS last,
    list_filter(p.m_given, lambda n: length(n) > 1) AS given,
    list_distinct(list_transform(p.m_given, lambda n: n[1])) AS initials,
    list_filter(
        list_distinct(list_concat(
            [p.m_last], string_split(p.m_last, ' '),
            CASE WHEN p.person_no = 1 THEN list_concat([c.m_previous], c.m_last_parts) ELSE [] END
        )),
        lambda s: length(s) > 1
    ) AS parts
FROM customer_persons p
JOIN customers c USING (customer_no)
WHERE p.part NOT IN ('care_of', 'guardian') AND (p.m_first IS NOT NULL OR p.m_last IS NOT NULL);
