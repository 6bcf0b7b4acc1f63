-- One row per customer: what is left of its phone numbers, e-mail address and account.
CREATE OR REPLACE TEMP TABLE link_own_contacts AS
SELECT customer_no,
    list_sort(list(value) FILTER (channel = 'phone')) AS phones,
    min(value) FILTER (channel = 'phone' AND first_number) AS phone,
    min(value) FILTER (channel = 'email') AS email,
    min(value) FILTER (channel = 'iban') AS iban
FROM link_contacts
WHERE NOT shared
GROUP BY customer_no;
