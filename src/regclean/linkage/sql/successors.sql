-- Holders of one site, one after the other: the later one began when the earlier one had ended.
CREATE OR REPLACE TEMP TABLE link_successors AS
WITH holder AS (
    SELECT customer_no, site_no, min(start_on) AS start_on,
        CASE WHEN count(*) = count(end_on) THEN max(end_on) END AS end_on
    FROM customer_addresses
    WHERE site_no IS NOT NULL AND source IN ('site_role', 'service')
    GROUP BY customer_no, site_no
)
SELECT DISTINCT least(a.customer_no, b.customer_no) AS customer_no_l, greatest(a.customer_no, b.customer_no) AS customer_no_r
FROM holder a
JOIN holder b ON a.site_no = b.site_no AND a.customer_no <> b.customer_no
WHERE b.start_on >= a.end_on - INTERVAL 31 DAY AND b.start_on <= a.end_on + INTERVAL 1 YEAR AND b.start_on > a.start_on;
