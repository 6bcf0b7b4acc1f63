-- Customers whose class or segment differs from the register, one line each, by the groups that count them.
-- Needs `hidden_customers`; $as_of: the day of the night.
WITH told AS (
    SELECT
        rule, unnest(from_json(evidence -> '$.rule.customers', '["VARCHAR"]')) AS customer_no,
        coalesce(evidence ->> '$.rule.relationship', evidence ->> '$.rule.segment') AS registered,
        evidence ->> '$.rule.computed' AS computed, evidence ->> '$.rule.reason' AS reason
    FROM findings WHERE rule IN ('F27', 'F28') AND ends_in = 'figure'
),
running AS (
    SELECT customer_no, count(*) AS services
    FROM services
    WHERE coalesce(start_on <= $as_of, TRUE) AND coalesce(end_on > $as_of, TRUE)
    GROUP BY customer_no
)
SELECT
    CASE t.rule WHEN 'F27' THEN 'relationship' ELSE 'segment' END AS "column", t.customer_no, t.registered, t.computed, t.reason,
    coalesce(r.services, 0) AS services
FROM told AS t LEFT JOIN running AS r USING (customer_no)
WHERE t.customer_no NOT IN (SELECT customer_no FROM hidden_customers)
ORDER BY "column", t.registered, t.computed, t.reason, t.customer_no
