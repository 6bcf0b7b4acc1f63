-- The findings of shared bins that are still to be settled (finding_states: finding_id, state), once for each shared bin.
WITH live AS (
    SELECT f.finding_id, f.rule, f.severity, f.summary, f.subjects, f.evidence, f.protected, s.state
    FROM findings AS f INNER JOIN finding_states AS s USING (finding_id)
    WHERE f.kind = 'bin_group'
),
groups AS (
    SELECT
        finding_id,
        unnest(list_filter(from_json(subjects, '["VARCHAR"]'), lambda about: subject_table(about) = 'bin_groups')) AS subject
    FROM live
)
SELECT
    subject_key(g.subject) AS bin_group_no, l.rule, l.severity, l.state, l.summary, l.subjects,
    CAST(l.evidence->'$.rule' AS TEXT) AS evidence, l.protected
FROM live AS l INNER JOIN groups AS g USING (finding_id)
ORDER BY bin_group_no, rule, subjects
