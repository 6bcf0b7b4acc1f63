-- The sites at which a customer has a contract that has not ended.
SELECT customer_no, list_sort(list(DISTINCT site_no)) AS sites
FROM services
WHERE site_no IS NOT NULL AND end_on IS NULL AND customer_no IN (SELECT customer_no FROM shown_customers)
GROUP BY customer_no
ORDER BY customer_no
