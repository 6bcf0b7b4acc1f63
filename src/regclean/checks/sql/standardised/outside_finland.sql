-- Coordinates that are not in Finland: often swapped, or metres instead of degrees.
SELECT 'sites' AS table_name, site_no AS key FROM sites
WHERE $country = 'fi' AND (latitude NOT BETWEEN 59 AND 71 OR longitude NOT BETWEEN 19 AND 32)
