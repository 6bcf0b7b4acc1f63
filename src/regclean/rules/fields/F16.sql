-- id = "F16"
-- title.fi = "Loppu on ennen alkua tai alku kaukana edessä"
-- title.sv = "Slutet ligger före början eller början långt fram"
-- title.en = "An end before its start, or a start far ahead"
-- summary.fi = "{table} {key}: {column} on mahdoton ({start_on}–{end_on})."
-- summary.sv = "{table} {key}: {column} är omöjligt ({start_on}–{end_on})."
-- summary.en = "{table} {key}: {column} is impossible ({start_on}–{end_on})."
-- severity = "error"
-- severities = ["review"]
-- ends_in = "task"
-- asks.fi = "Selvitä, kumpi päivä on oikea."
-- asks.sv = "Ta reda på vilketdera datumet som är rätt."
-- asks.en = "Find out which of the dates is right."
-- way = "look_up"
-- why = "What ends before it starts is neither under contract nor ended: bills and emptyings follow one date or the other."
-- subjects = "services, bin_groups, site_roles"
-- parameters = ["fields.future_days"]
WITH spans AS (
    SELECT 'services' AS table_name, service_no AS key, 'end_on' AS end_column, 'start_on' AS start_column, start_on, end_on FROM services
    UNION ALL
    SELECT 'services', service_no, 'paused_to', 'paused_from', paused_from, paused_to FROM services
    UNION ALL
    SELECT 'bin_groups', bin_group_no, 'end_on', 'start_on', start_on, end_on FROM bin_groups
    UNION ALL
    SELECT 'site_roles', row_key(customer_no, site_no, role), 'end_on', 'start_on', start_on, end_on FROM site_roles
),
wrong AS (
    SELECT
        *, CASE WHEN end_on < start_on THEN end_column WHEN start_column = 'start_on' AND start_on > CAST($as_of AS DATE) + to_days($future_days) THEN start_column END AS wrong_column
    FROM spans
)
SELECT
    [subject(table_name, key, wrong_column)] AS subjects,
    {
        'table': table_name, 'key': key, 'column': wrong_column, 'start_on': max(start_on), 'end_on': min(end_on)
    } AS evidence,
    CASE WHEN wrong_column LIKE '%start_on' THEN 'review' END AS severity
FROM wrong
WHERE wrong_column IS NOT NULL
GROUP BY table_name, key, wrong_column
