-- Each line's likeliest party, and of its accounts the person's before a trade name's or an estate's, then the one at the
-- line's site, then the likeliest, where being at the bin counts a little; among equals the
-- active one, the one with services, the one that has stood longest (lists are copied from year to year). `rival`: the
-- probability of the best other party.
CREATE OR REPLACE TEMP TABLE link_member_choices AS
WITH party AS (
    SELECT line, party, sum(probability ORDER BY customer_no) AS probability FROM link_member_parties GROUP BY line, party
),
ranked AS (
    SELECT
        line, party, least(probability, 1.0) AS probability,
        row_number() OVER standing AS place,
        lead(probability) OVER standing AS rival
    FROM party
    WINDOW standing AS (PARTITION BY line ORDER BY probability DESC, party)
),
account AS (
    SELECT
        line, party, customer_no, same_bits,
        row_number() OVER (
            PARTITION BY line, party
            ORDER BY is_secondary, is_at_site DESC, round(same_bits + presence, 1) DESC, is_active DESC, is_served DESC, created_on NULLS LAST, customer_no
        ) AS place
    FROM link_member_parties
)
SELECT r.line, r.party, a.customer_no, a.same_bits, r.probability, coalesce(r.rival, 0.0) AS rival
FROM ranked r
JOIN account a ON a.line = r.line AND a.party = r.party AND a.place = 1
WHERE r.place = 1;
