-- Pairs of which it is known from elsewhere what they are: mixed in with blind checks, they tell how people err. One valid national
-- id is one person, two are two persons, the more alike the better; where there are none, two of one surname who share nothing else.
-- `hidden_customers` (customer_no) are nobody's to see.
WITH person AS (
    SELECT customer_no, national_id_hash AS id, m_first AS first, m_last AS last, m_postal AS postal, birth_date,
        concat_ws(' ', m_street, m_house) AS place
    FROM customers
    WHERE kind = 'person' AND m_first IS NOT NULL AND m_last IS NOT NULL
        AND customer_no NOT IN (SELECT customer_no FROM hidden_customers)
),
known AS (
    SELECT l.customer_no AS customer_no_l, r.customer_no AS customer_no_r, 'same' AS known, 0 AS preference
    FROM person l JOIN person r ON l.id = r.id AND l.customer_no < r.customer_no AND l.first = r.first
    WHERE $ids_are_proof
    UNION ALL
    SELECT l.customer_no, r.customer_no, 'different', CASE WHEN l.first = r.first THEN 0 WHEN l.place = r.place THEN 1 ELSE 2 END
    FROM person l JOIN person r ON l.last = r.last AND l.customer_no < r.customer_no AND l.id <> r.id AND (l.first = r.first OR l.place = r.place)
    WHERE $ids_are_proof
    UNION ALL
    SELECT l.customer_no, r.customer_no, 'different', 3
    FROM person l JOIN person r ON l.last = r.last AND l.customer_no < r.customer_no
    WHERE l.first <> r.first AND l.postal <> r.postal AND l.birth_date IS DISTINCT FROM r.birth_date
        AND coalesce(l.id, l.customer_no) <> coalesce(r.id, r.customer_no)
    QUALIFY row_number() OVER (PARTITION BY l.last ORDER BY hash(l.customer_no, r.customer_no)) <= 2
)
SELECT customer_no_l, customer_no_r, known
FROM known
QUALIFY row_number() OVER (PARTITION BY known ORDER BY preference, hash(customer_no_l, customer_no_r)) <= $most
ORDER BY known, preference, customer_no_l, customer_no_r
