-- Published pairs by kind of evidence and step of score ($steps: where they begin and end, rising). `hidden_customers` are in none.
WITH step AS (
    SELECT unnest(list_zip(CAST($steps AS DOUBLE[])[:-2], CAST($steps AS DOUBLE[])[2:])) AS edges
)
SELECT evidence, edges[1] AS low, edges[2] AS high, count(*) AS pairs
FROM pairs
JOIN step ON match_probability >= edges[1] AND (match_probability < edges[2] OR edges[2] >= 1)
WHERE evidence IS NOT NULL
    AND customer_no_l NOT IN (SELECT customer_no FROM hidden_customers) AND customer_no_r NOT IN (SELECT customer_no FROM hidden_customers)
GROUP BY evidence, low, high
ORDER BY low DESC, pairs DESC, evidence
