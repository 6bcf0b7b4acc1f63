-- uses = ["macros", "history", "current_roles"]

-- What other sources said of each customer, once for each signal. What an authority tells does not age; mail that came
-- back and dead channels are forgotten. An entry that only tells of an update ban is no
-- signal of a move.
CREATE OR REPLACE TEMP TABLE customer_signals AS
SELECT
    customer_no, signal, count(*) AS times, min(observed_on) AS first_on, max(observed_on) AS last_on,
    arg_max(detail, observed_on) AS last_detail
FROM evidence
WHERE
    observed_on <= CAST($as_of AS DATE)
    AND (
        signal IN ('death', 'move', 'owner_change', 'company_status')
        OR (signal = 'returned_mail' AND observed_on > CAST($as_of AS DATE) - to_months($returned_mail_months))
        OR (signal IN ('phone_bounce', 'email_bounce') AND observed_on > CAST($as_of AS DATE) - to_months($bounce_months))
    )
    AND NOT tells_update_ban(detail)
GROUP BY customer_no, signal;

-- Customers whose moves the authority does not pass on.
CREATE OR REPLACE TEMP TABLE update_bans AS
SELECT DISTINCT customer_no FROM evidence WHERE tells_update_ban(detail) AND observed_on <= CAST($as_of AS DATE);

-- The last bill or payment of each customer; a debt or a base fee (perusmaksu) is one too, whatever signal carries it.
CREATE OR REPLACE TEMP TABLE told_bills AS
SELECT customer_no, max(observed_on) AS last_bill_on
FROM evidence
WHERE
    observed_on <= CAST($as_of AS DATE)
    AND (
        signal IN ('invoice', 'payment')
        OR coalesce(regexp_matches(folded(detail), 'velka|velan|perint|ulosot|perusmaksu|ekomaksu|skuld|indriv|utsok|grundavgift|ekoavgift|debt|basic fee|base fee'), FALSE)
    )
GROUP BY customer_no;

CREATE OR REPLACE TEMP TABLE last_bills AS
SELECT customer_no, max(last_bill_on) AS last_bill_on
FROM (SELECT * FROM told_bills UNION ALL SELECT customer_no, last_on FROM customer_bills)
GROUP BY customer_no;

-- Signals that are weak alone: two independent ones ask for a review, one informs.
CREATE OR REPLACE TEMP TABLE weak_signals AS
SELECT customer_no, signal, last_on FROM customer_signals
UNION ALL
SELECT customer_no, 'no_bill', last_bill_on FROM last_bills
WHERE last_bill_on < CAST($as_of AS DATE) - to_months($no_bill_months)
UNION ALL
SELECT cs.customer_no, 'building_state', NULL
FROM customer_sites AS cs INNER JOIN sites AS t USING (site_no)
WHERE t.building_state IN ('05', '06', '07', '08', '09')
GROUP BY cs.customer_no;
