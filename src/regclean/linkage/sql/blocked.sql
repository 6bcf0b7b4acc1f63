-- Candidate pairs: two entities that share a key that is not too wide. Each pair once; `match_key` is its first rule.
CREATE OR REPLACE TEMP TABLE link_blocked AS
WITH keyed AS (SELECT DISTINCT entity, rule, key, widest FROM link_keys),
block AS (SELECT key, min(widest) AS widest, count(*) AS size FROM keyed GROUP BY key HAVING count(*) BETWEEN 2 AND min(widest)),
member AS (SELECT keyed.entity, keyed.key, keyed.rule FROM keyed JOIN block USING (key))
SELECT min(l.rule) AS match_key, l.entity AS join_key_l, r.entity AS join_key_r
FROM member l
JOIN member r ON l.key = r.key AND l.entity < r.entity
GROUP BY l.entity, r.entity;
