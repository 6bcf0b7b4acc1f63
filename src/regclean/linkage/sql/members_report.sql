SELECT
    count(*),
    count(*) FILTER (state = 'linked'),
    count(*) FILTER (state = 'new'),
    count(*) FILTER (state = 'ambiguous'),
    count(*) FILTER (customer_no_given IS NOT NULL AND customer_no IS DISTINCT FROM customer_no_given)
FROM member_links;
