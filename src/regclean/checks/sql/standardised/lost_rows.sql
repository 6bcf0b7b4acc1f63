-- Tables without a key of their own that kept fewer rows than half of what was read: unreadable dates and roles are
-- dirt, a lost column is not. What an authority says of people who are no customers is no loss.
WITH of_nobody AS (
    SELECT file, line FROM landed.quarantine WHERE table_name = 'evidence' AND why LIKE 'no customer has this %'
)
SELECT table_name, table_name AS key
FROM (
    SELECT 'site_roles' AS table_name, (SELECT count(*) FROM site_roles) AS kept, (SELECT count(DISTINCT _hash) FROM landed.site_roles) AS n
    UNION ALL SELECT 'evidence', (SELECT count(*) FROM evidence), (SELECT count(DISTINCT _hash) FROM landed.evidence ANTI JOIN of_nobody ON _file = file AND _row = line)
    UNION ALL SELECT 'emptyings', (SELECT count(*) FROM emptyings), (SELECT count(DISTINCT _hash) FROM landed.emptyings)
    UNION ALL SELECT 'invoices', (SELECT count(*) FROM invoices), (SELECT count(DISTINCT _hash) FROM landed.invoices)
)
WHERE kept < n * 0.5
