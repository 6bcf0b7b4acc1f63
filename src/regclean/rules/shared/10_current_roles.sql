-- uses = ["macros"]

-- Who is what at a site on the day.
CREATE OR REPLACE TEMP TABLE current_roles AS
SELECT r.customer_no, r.site_no, r.role, min(r.start_on) AS start_on
FROM site_roles AS r
INNER JOIN customers AS c USING (customer_no)
WHERE holds_on(CAST($as_of AS DATE), r.start_on, r.end_on)
GROUP BY r.customer_no, r.site_no, r.role;

-- Everywhere a customer belongs on the day, by role or by contract; managers and payers are not at home there. A first day
-- that is not known is long ago.
CREATE OR REPLACE TEMP TABLE customer_sites AS
SELECT customer_no, site_no, min(coalesce(start_on, DATE '-infinity')) AS since_on
FROM (
    SELECT customer_no, site_no, start_on FROM current_roles WHERE role IN ('owner', 'occupant', 'orderer')
    UNION ALL
    SELECT customer_no, site_no, start_on FROM services
    WHERE site_no IS NOT NULL AND holds_on(CAST($as_of AS DATE), start_on, end_on)
)
GROUP BY customer_no, site_no;
