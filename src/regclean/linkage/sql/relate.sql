-- What each pair is called: "same" from the threshold of its evidence on, and by no rule that doubts it.
CREATE OR REPLACE TEMP TABLE link_relations AS
WITH held AS (
    SELECT r.*, coalesce(p.threshold, 1.0) AS threshold FROM link_related r LEFT JOIN link_policy p USING (evidence)
)
SELECT *, CASE
    WHEN verdict IN ('same', 'household', 'successor', 'unsure') THEN verdict
    WHEN verdict = 'different' THEN 'related'
    -- Told apart on other records: whatever the score says now, a person answers.
    WHEN between = 'alike' AND round(probability, 6) >= threshold AND NOT doubtful THEN CASE WHEN verdict = 'lapsed' THEN 'unsure' ELSE 'same' END
    -- Also where the pair alone would be proposed, and others speak against it: a person says which.
    WHEN between = 'alike' AND greatest(probability, CASE WHEN others < 0 THEN p_same ELSE 0.0 END) >= $review THEN 'unsure'
    WHEN between = 'member' AND p_same >= 0.5 THEN 'household'
    WHEN between IN ('estate', 'trade_name') AND p_same >= 0.5 THEN 'related'
    WHEN between = 'bankruptcy' THEN 'related'
    WHEN between = 'other_entity' THEN CASE WHEN p_household >= 0.5 THEN 'related' END
    WHEN model = 'organisation' THEN CASE WHEN successive THEN 'successor' END
    WHEN successive AND NOT kin THEN 'successor'
    WHEN between = 'trade_name' THEN NULL
    WHEN p_household >= 0.5 AND together THEN CASE WHEN between = 'estate' THEN 'related' ELSE 'household' END
END AS relation
FROM held;
