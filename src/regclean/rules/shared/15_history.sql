-- uses = []

-- What the events of a register say of its services. Millions of rows: each table is read by whole columns, and words are
-- read once.

-- Nothing was taken, whatever the lorry tried.
CREATE OR REPLACE TEMP TABLE vain_outcomes AS
SELECT outcome
FROM (SELECT outcome, folded(outcome) AS words FROM (SELECT DISTINCT outcome FROM emptyings WHERE outcome IS NOT NULL))
WHERE
    regexp_matches(words, '\b(ei|ej|inte|not|nok|false)\b|tyhjentamat|epaonnistu|\beste\b|lukossa|jaatyn|jumissa|puuttu|otomd|hinder|hindrad|saknas|saknades|missed|fail|blocked|skipped|locked|frozen|no access|no bin')
    AND NOT regexp_matches(words, '\bei (ongelm|poikkea|huom|haitt)|inga (problem|hinder)|inte nagot|no (problem|issue)');

-- Cancelled and credited bills are none.
CREATE OR REPLACE TEMP TABLE void_states AS
SELECT state
FROM (SELECT DISTINCT state FROM invoices WHERE state IS NOT NULL)
WHERE regexp_matches(folded(state), 'hyvite|mitato|peru|kredit|makul|annull|credited|cancel|void');

-- When each bin was emptied last, and first, as far as the events reach.
CREATE OR REPLACE TEMP TABLE emptying_totals AS
SELECT service_no, min(emptied_on) AS first_on, max(emptied_on) AS last_on
FROM emptyings
WHERE emptied_on <= CAST($as_of AS DATE) AND (outcome NOT IN (SELECT outcome FROM vain_outcomes)) IS NOT FALSE
GROUP BY service_no;

-- Bills that say which contract they are for, and the last one of each customer.
CREATE OR REPLACE TEMP TABLE service_bills AS
SELECT service_no, max(issued_on) AS last_on
FROM invoices
WHERE
    service_no IS NOT NULL AND issued_on <= CAST($as_of AS DATE)
    AND coalesce(amount, 1) > 0 AND (state NOT IN (SELECT state FROM void_states)) IS NOT FALSE
GROUP BY service_no;

CREATE OR REPLACE TEMP TABLE customer_bills AS
SELECT customer_no, max(issued_on) AS last_on, max(issued_on) FILTER (service_no IS NULL) AS last_whole_on
FROM invoices
WHERE
    issued_on <= CAST($as_of AS DATE) AND coalesce(amount, 1) > 0 AND (state NOT IN (SELECT state FROM void_states)) IS NOT FALSE
GROUP BY customer_no;
