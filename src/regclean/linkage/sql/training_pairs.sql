-- Pairs to train on. Each rule picks pairs by other columns than those whose levels it trains: never by phone or e-mail, or
-- the training learns "same household" as its match class. `random` pairs stand for strangers. All of it is a fixed
-- choice by hash, so that the same register gives the same model.
CREATE OR REPLACE TEMP TABLE link_training AS
WITH keyed AS (training_keys),
block AS (SELECT rule, key FROM keyed WHERE key IS NOT NULL GROUP BY rule, key HAVING count(*) BETWEEN 2 AND 100),
member AS (SELECT entity, rule, key FROM keyed JOIN block USING (rule, key)),
pair AS (
    SELECT DISTINCT l.rule AS match_key, l.entity AS join_key_l, r.entity AS join_key_r
    FROM member l
    JOIN member r ON l.rule = r.rule AND l.key = r.key AND l.entity < r.entity
),
kept AS (
    SELECT * FROM pair
    QUALIFY row_number() OVER (PARTITION BY match_key ORDER BY hash(join_key_l, join_key_r), join_key_l, join_key_r) <= $most_pairs
),
drawn AS (
    SELECT 1 + hash(i, 1) % $size AS a, 1 + hash(i, 2) % $size AS b FROM range($random_pairs) t(i)
)
SELECT * FROM kept
UNION ALL
SELECT DISTINCT 'random', least(a, b)::BIGINT, greatest(a, b)::BIGINT FROM drawn WHERE a <> b;
