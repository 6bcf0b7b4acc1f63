-- How likely a stranger bears a name: its share among the register's persons, smoothed by its share in the population
-- (where a name list is at hand), so that a name which the register does not know is rare and not impossible.
CREATE OR REPLACE TEMP TABLE link_member_frequencies AS
WITH total AS (SELECT greatest(count(*), 1)::DOUBLE AS persons FROM link_member_persons),
occurrence AS (
    SELECT 'last' AS part, unnest(parts) AS name, customer_no, person_no FROM link_member_persons
    UNION ALL
    SELECT 'first', unnest(list_distinct(given)), customer_no, person_no FROM link_member_persons
    UNION ALL
    SELECT 'initial', unnest(initials), customer_no, person_no FROM link_member_persons
    UNION ALL
    SELECT 'full', last || '|' || unnest(list_distinct(given)), customer_no, person_no FROM link_member_persons
),
counted AS (SELECT part, name, count(*) AS n FROM occurrence GROUP BY part, name),
asked AS (
    SELECT part, name FROM counted
    UNION
    SELECT part, name FROM link_member_population
)
SELECT
    part, name, coalesce(n, 0) AS n,
    (coalesce(n, 0) + $population_weight * coalesce(share, 0.1 / persons)) / (persons + $population_weight) AS share
FROM asked
LEFT JOIN counted USING (part, name)
LEFT JOIN link_member_population USING (part, name)
CROSS JOIN total;
