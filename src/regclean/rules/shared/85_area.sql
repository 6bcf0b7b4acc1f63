-- uses = ["active_services"]

-- Where the company works: the municipalities it names, else those with enough sites under contract.
CREATE OR REPLACE TEMP TABLE area_municipalities AS
SELECT unnest(CAST($area_municipalities AS TEXT[])) AS municipality_code
UNION
SELECT municipality_code
FROM active_services
WHERE
    municipality_code IS NOT NULL AND bin_group_no IS NULL
    AND len(CAST($area_municipalities AS TEXT[])) = 0 AND len(CAST($area_postal_codes AS TEXT[])) = 0
GROUP BY municipality_code
HAVING count(DISTINCT site_no) >= $area_min_sites;
