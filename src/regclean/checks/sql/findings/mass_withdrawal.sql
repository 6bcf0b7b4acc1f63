-- Of what waited for somebody after the last night, more than half would be withdrawn without anybody having done anything.
WITH waiting AS (SELECT unnest(CAST($previous_open AS TEXT[])) AS finding_id)
SELECT 'findings' AS table_name, concat(count(*) FILTER (findings.finding_id IS NULL), ' of ', count(*), ' withdrawn') AS key
FROM waiting LEFT JOIN findings USING (finding_id)
HAVING count(*) >= 50 AND count(*) FILTER (findings.finding_id IS NULL) > 0.5 * count(*)
