-- The published pairs of a band by level that they reached: what drift is seen by.
WITH band AS (
    SELECT explanation FROM pairs
    WHERE evidence = $evidence AND match_probability >= $low AND (match_probability < $high OR $high >= 1)
)
SELECT reason, count(*) AS pairs
FROM (SELECT unnest(CAST(json_extract(explanation, '$.reasons') AS TEXT[])) AS reason FROM band)
GROUP BY reason
UNION ALL SELECT '', count(*) FROM band
ORDER BY reason
