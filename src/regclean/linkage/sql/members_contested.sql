-- A list names each member once. Where two of its lines choose one account, the one that fits better keeps it; for the others it
-- becomes unlikely, once, unless they name another person of the account (a couple on two lines).
CREATE OR REPLACE TEMP TABLE link_member_contested AS
WITH choice AS (
    SELECT c.line, c.customer_no, c.party, c.same_bits, e.person_no, l.bin_group_no
    FROM link_member_choices c
    JOIN link_member_lines l USING (line)
    JOIN link_member_evidence e USING (line, customer_no)
    WHERE c.probability >= 0.05
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY bin_group_no, customer_no, coalesce(person_no, 0) ORDER BY same_bits DESC, line) AS place
    FROM choice
)
SELECT r.line, p.customer_no
FROM ranked r
JOIN link_member_parties p ON p.line = r.line AND p.party = r.party
ANTI JOIN link_member_yielded y ON y.line = r.line AND y.customer_no = p.customer_no
WHERE r.place > 1;
