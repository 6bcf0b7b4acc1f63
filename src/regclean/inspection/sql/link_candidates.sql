-- The customers that a line of a list may be, best first.
WITH candidate AS (
    SELECT customer_no AS linked, unnest(from_json(candidates, '[{"customer_no":"VARCHAR","probability":"DOUBLE"}]')) AS one
    FROM member_links WHERE row_key(bin_group_no, member_no) = $key
)
SELECT one.customer_no AS customer, one.probability AS probability, one.customer_no IS NOT DISTINCT FROM linked AS linked
FROM candidate
ORDER BY probability DESC, customer
