-- id = "F28"
-- title.fi = "Segmentti poikkeaa yhtiön luettelosta"
-- title.sv = "Segmentet avviker från bolagets lista"
-- title.en = "The segment differs from the company's list"
-- summary.fi = "{count} {count?asiakkaan|asiakkaan} segmentti on {segment}[, mutta lajin ja palvelujen mukaan {computed}]: {reason}."
-- summary.sv = "{count} {count?kund har|kunder har} segmentet {segment}[, men {computed} enligt slag och tjänster]: {reason}."
-- summary.en = "{count} {count?customer has|customers have} the segment {segment}[, but {computed} by kind and services]: {reason}."
-- severity = "info"
-- ends_in = "figure"
-- why = "Segments are the company's own codes, each for a class of customers. A code that is not on the list, or another one than the class of the customer has, is one group."
-- subjects = "sources"
-- uses = ["relationship"]
-- parameters = ["relationship.segments"]
-- [guards]
-- no_list = "Without a list no segment is wrong."
-- sub_segment = "Codes of one class, by branch or area, are all right for it."
WITH listed AS (
    SELECT trim(string_split(entry, '=')[1]) AS class, trim(coalesce(string_split(entry, '=')[2], entry)) AS code
    FROM (SELECT unnest(CAST($segments AS TEXT[])) AS entry)
),
told AS (
    SELECT
        r.customer_no, r.segment, r.services,
        CASE WHEN r.segment NOT IN (SELECT code FROM listed) THEN 'not_on_the_list' ELSE 'other_class' END AS reason,
        (SELECT min(code) FROM listed AS l WHERE l.class = r.class) AS computed
    FROM computed_relationships AS r
    WHERE
        r.segment IS NOT NULL
        -- guard: no_list
        AND EXISTS (SELECT 1 FROM listed)
        -- end guard
        -- guard: sub_segment
        AND NOT EXISTS (SELECT 1 FROM listed AS l WHERE l.code = r.segment AND (l.class = r.class OR l.class = l.code))
        -- end guard
)
SELECT
    [source_subject('customers', concat_ws('/', 'segment', segment, computed))] AS subjects,
    {
        'segment': segment, 'computed': computed, 'reason': reason, 'count': count(*),
        'services': CAST(sum(services) AS INTEGER), 'customers': list(customer_no ORDER BY customer_no),
        'basis': {'segment': segment, 'computed': computed}
    } AS evidence
FROM told
WHERE reason = 'not_on_the_list' OR computed IS DISTINCT FROM segment
GROUP BY segment, computed, reason
