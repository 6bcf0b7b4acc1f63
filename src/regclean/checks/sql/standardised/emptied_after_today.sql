-- Bins whose last emptying lies after the night's date.
SELECT 'services' AS table_name, service_no AS key FROM services WHERE last_emptied_on > CAST($as_of AS DATE)
