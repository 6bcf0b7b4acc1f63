-- Every line of the shared bins of `reported`: what was sent, and whom the line is linked to. Candidates as JSON:
-- [{"customer_no", "name", "probability", "reasons"}], best first.
WITH lines AS (
    SELECT m.*, k.state, k.customer_no AS linked_no, k.match_probability, k.candidates
    FROM bin_group_members AS m
    SEMI JOIN reported USING (bin_group_no)
    LEFT JOIN member_links AS k USING (bin_group_no, member_no)
),
candidates AS (
    SELECT
        bin_group_no, member_no,
        unnest(from_json(candidates, '[{"customer_no": "VARCHAR", "probability": "DOUBLE", "reasons": ["VARCHAR"]}]')) AS candidate
    FROM lines
),
named AS (
    SELECT
        k.bin_group_no, k.member_no,
        list(
            {
                'customer_no': k.candidate.customer_no, 'name': c.name, 'probability': k.candidate.probability,
                'reasons': k.candidate.reasons
            }
            ORDER BY k.candidate.probability DESC, k.candidate.customer_no
        ) AS candidates
    FROM candidates AS k
    INNER JOIN customers AS c ON c.customer_no = k.candidate.customer_no
    GROUP BY k.bin_group_no, k.member_no
)
SELECT
    l.bin_group_no, l.member_no, l.name, l.street_address, l.postal_code, l.city, l.use, l.share_percent, l.share_state,
    l.start_on, l.end_on, l.informed_on, l.proxy_phone OR l.proxy_email AS proxy_contact, l.proxy_address,
    l.customer_no AS customer_no_given, l.state, l.linked_no, c.name AS linked_name, l.match_probability,
    CAST(to_json(coalesce(n.candidates, [])) AS TEXT) AS candidates
FROM lines AS l
LEFT JOIN named AS n USING (bin_group_no, member_no)
LEFT JOIN customers AS c ON c.customer_no = l.linked_no
ORDER BY l.bin_group_no, TRY_CAST(l.member_no AS BIGINT) NULLS LAST, l.member_no
