-- Ended customers that nothing in the register refers to any more: what a merge leaves behind.
SELECT customer_no
FROM customers AS c
WHERE c.status = 'ended'
  AND NOT EXISTS (FROM services AS s WHERE s.customer_no = c.customer_no)
  AND NOT EXISTS (FROM site_roles AS r WHERE r.customer_no = c.customer_no)
  AND NOT EXISTS (FROM bin_groups AS g WHERE c.customer_no IN (g.host_customer_no, g.contact_customer_no))
  AND NOT EXISTS (FROM bin_group_members AS m WHERE m.customer_no = c.customer_no)
  AND c.customer_no IN (SELECT customer_no FROM shown_customers)
ORDER BY customer_no
