-- The line is about exactly one candidate, or about nobody in the register (a stranger, or an unregistered member of a
-- candidate's household): the probabilities of all of these add up to one.
CREATE OR REPLACE TEMP TABLE link_member_posterior AS
WITH weight AS (
    SELECT
        line, customer_no, same_bits,
        (1 - $new) / $customers * pow(2, least(same_bits, 200)) AS same,
        CASE WHEN kin_bits IS NULL THEN 0.0 ELSE pow(2, least(kin_bits, 200)) / $customers END AS kin
    FROM link_member_scores
)
SELECT
    line, customer_no, same_bits,
    -- No more than the likeliest relative counts: the same unregistered person is not meant twice.
    same / ($new + max(kin) OVER (PARTITION BY line) + sum(same) OVER (PARTITION BY line ORDER BY customer_no ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS probability
FROM weight;
