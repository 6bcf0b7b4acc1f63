-- The combinations of codes that sites have, with the number of rows and one site for each.
SELECT property_id_state, building_id_state, postal_code_state, use, building_state, count(*) AS n, min(site_no) AS key
FROM sites
GROUP BY ALL
ORDER BY key
