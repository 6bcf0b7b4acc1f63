-- Every address of a customer as comparison keys, one row per customer. `houses` are sites without flats, where the site
-- is as narrow as the register can say; `flat_sites` are the sites of flats. Most customers have one address: only the others are
-- gathered into lists, which is what costs.
CREATE OR REPLACE TEMP TABLE link_addresses AS
WITH address AS (
    SELECT DISTINCT customer_no, m_street, m_house, m_house_letter, m_stair, m_flat, m_postal, m_city
    FROM customer_addresses
    WHERE m_street IS NOT NULL OR m_postal IS NOT NULL
),
site AS (
    SELECT
        customer_no, m_flat,
        m_street AS street,
        m_street || '|' || m_house AS number,
        m_street || '|' || m_house || '|' || coalesce(m_postal, m_city) AS site,
        m_postal AS area,
        coalesce(m_stair, '') AS stair,
        coalesce(m_house_letter, '') AS letter,
        count(*) OVER (PARTITION BY customer_no) AS addresses
    FROM address
),
key AS (
    SELECT customer_no, street, number, site, area, addresses,
        CASE WHEN m_flat IS NULL THEN site || '|' || letter END AS house,
        site || '|' || stair || '|' || m_flat AS flat,
        CASE WHEN m_flat IS NOT NULL THEN site || '|' || letter END AS flat_site
    FROM site
)
SELECT customer_no,
    CASE WHEN street IS NULL THEN [] ELSE [street] END AS streets,
    CASE WHEN number IS NULL THEN [] ELSE [number] END AS numbers,
    CASE WHEN site IS NULL THEN [] ELSE [site] END AS sites,
    CASE WHEN house IS NULL THEN [] ELSE [house] END AS houses,
    CASE WHEN flat IS NULL THEN [] ELSE [flat] END AS flats,
    CASE WHEN flat_site IS NULL THEN [] ELSE [flat_site] END AS flat_sites,
    CASE WHEN area IS NULL THEN [] ELSE [area] END AS areas
FROM key
WHERE addresses = 1
UNION ALL
SELECT customer_no,
    list_sort(list_distinct(list(street))),
    list_sort(list_distinct(list(number))),
    list_sort(list_distinct(list(site))),
    list_sort(list_distinct(list(house))),
    list_sort(list_distinct(list(flat))),
    list_sort(list_distinct(list(flat_site))),
    list_sort(list_distinct(list(area)))
FROM key
WHERE addresses > 1
GROUP BY customer_no;
