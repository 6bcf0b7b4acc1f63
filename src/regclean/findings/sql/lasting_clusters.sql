-- What the ledger keeps of a night's clusters: those of two or more, and single customers whose cluster is named after
-- others. A single one named after itself gets the same name again.
SELECT customer_no, cluster_id
FROM (SELECT *, count(*) OVER (PARTITION BY cluster_id) AS members FROM clusters)
WHERE members > 1 OR cluster_id <> 'C' || substr(sha256(customer_no), 1, 16)
ORDER BY customer_no
