-- What cannot matter any more is left behind: candidates far below the line's best, unless a relative of theirs could be
-- meant, or the list names them by number.
CREATE OR REPLACE TEMP TABLE link_member_evidence AS
SELECT e.*
FROM link_member_evidence e
JOIN link_member_scores s USING (line, customer_no)
JOIN link_member_posterior p USING (line, customer_no)
JOIN (SELECT line, max(kin_bits) AS kin_bits FROM link_member_scores GROUP BY line) best USING (line)
WHERE p.probability >= 1e-9 OR s.kin_bits >= best.kin_bits - 4 OR e.number = 'agrees';
