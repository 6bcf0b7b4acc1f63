-- uses = ["history", "active_services", "shared_bins", "members", "contacts", "signals"]

-- What each customer is by what happened: contracts, shared bins, emptyings, bills and contacts of the stated periods. Customers
-- under non-disclosure are counted nowhere.
CREATE OR REPLACE TEMP TABLE computed_relationships AS
WITH contracts AS (
    SELECT
        customer_no, count(*) AS services, sum(coalesce(bin_count, 1)) FILTER (bin_litres > 0 OR bin_litres IS NULL) AS bins,
        bool_or(NOT is_on_call OR is_area_point) AS is_standing, bool_or(use = 'leisure') AND NOT bool_or(coalesce(use, '') <> 'leisure') AS is_leisure
    FROM active_services
    GROUP BY customer_no
),
sharing AS (
    SELECT DISTINCT customer_no
    FROM (
        SELECT customer_no FROM active_members
        UNION ALL SELECT own_no FROM active_members
        UNION ALL SELECT customer_no FROM group_contacts
        UNION ALL SELECT host_customer_no FROM group_hosts
    )
    WHERE customer_no IS NOT NULL
),
-- Whom an unsettled line of a list may be.
named AS (
    SELECT DISTINCT unnest(from_json(CAST(candidates AS JSON), '[{"customer_no": "VARCHAR"}]')).customer_no AS customer_no
    FROM active_members WHERE link_state IN ('ambiguous', 'new')
    UNION
    SELECT customer_no_given FROM active_members WHERE customer_no IS NULL AND given_is_known
),
paid AS (
    SELECT customer_no, sum(amount) AS euros
    FROM invoices
    WHERE issued_on > CAST($as_of AS DATE) - to_months($history_months) AND issued_on <= CAST($as_of AS DATE)
        AND (state NOT IN (SELECT state FROM void_states)) IS NOT FALSE
    GROUP BY customer_no
),
last_seen AS (
    SELECT customer_no, max(seen_on) AS seen_on
    FROM (
        SELECT s.customer_no, t.last_on AS seen_on FROM services AS s INNER JOIN emptying_totals AS t USING (service_no)
        UNION ALL SELECT customer_no, last_emptied_on FROM services
        UNION ALL SELECT customer_no, end_on FROM services WHERE end_on <= CAST($as_of AS DATE)
        UNION ALL SELECT customer_no, last_bill_on FROM last_bills
    )
    WHERE seen_on <= CAST($as_of AS DATE)
    GROUP BY customer_no
),
known AS (
    SELECT
        c.customer_no, c.kind, c.relationship, c.segment, coalesce(k.services, 0) AS services, p.euros, k.is_leisure,
        c.customer_no IN (SELECT customer_no FROM named WHERE customer_no IS NOT NULL) AS may_share,
        CASE
            WHEN
                NOT list_contains(CAST($consumer_kinds AS TEXT[]), c.kind)
                AND (coalesce(k.bins, 0) >= $key_bins OR coalesce(p.euros, 0) >= $key_euros) THEN 'volume'
            WHEN k.is_standing THEN 'standing_contract'
            WHEN h.customer_no IS NOT NULL THEN 'shares_a_bin'
            WHEN k.customer_no IS NOT NULL THEN 'when_ordered'
            WHEN l.seen_on > CAST($as_of AS DATE) - to_months($occasional_months) AND coalesce(c.status <> 'ended', TRUE) THEN 'seen_lately'
            WHEN l.seen_on IS NOT NULL OR c.status = 'ended' THEN 'seen_long_ago'
            ELSE 'nothing_yet'
        END AS reason
    FROM customers AS c
    LEFT JOIN contracts AS k USING (customer_no)
    LEFT JOIN sharing AS h USING (customer_no)
    LEFT JOIN paid AS p USING (customer_no)
    LEFT JOIN last_seen AS l USING (customer_no)
    WHERE NOT c.non_disclosure AND c.customer_no NOT IN (SELECT customer_no FROM name_marks WHERE mark = 'non_disclosure')
)
SELECT
    *,
    CASE reason
        WHEN 'volume' THEN 'key'
        WHEN 'standing_contract' THEN 'regular'
        WHEN 'shares_a_bin' THEN 'regular'
        WHEN 'when_ordered' THEN 'occasional'
        WHEN 'seen_lately' THEN 'occasional'
        WHEN 'seen_long_ago' THEN 'former'
        ELSE 'potential'
    END AS computed,
    CASE
        WHEN kind IN ('person', 'household', 'estate') THEN CASE WHEN is_leisure THEN 'leisure' ELSE 'household' END
        WHEN kind = 'housing_company' THEN 'housing_company'
        WHEN kind = 'public_body' THEN 'public'
        WHEN kind = 'company' THEN CASE WHEN reason = 'volume' THEN 'large_company' ELSE 'company' END
        ELSE 'association'
    END AS class
FROM known;
