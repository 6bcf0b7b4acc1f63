-- Every address of a customer as comparison keys, one row per customer. `houses` are sites without flats, where the site
-- is as narrow as the register can say; `flat_sites` are the sites of flats.
CREATE OR REPLACE TEMP TABLE link_addresses AS
WITH key AS (
    SELECT
        customer_no,
        m_street AS street,
        m_street || '|' || m_house AS number,
        m_street || '|' || m_house || '|' || coalesce(m_postal, m_city) AS site,
        m_postal AS area,
        m_flat,
        coalesce(m_stair, '') AS stair,
        coalesce(m_house_letter, '') AS letter
    FROM customer_addresses
)
SELECT
    customer_no,
    list_sort(list(DISTINCT street) FILTER (street IS NOT NULL)) AS streets,
    list_sort(list(DISTINCT number) FILTER (number IS NOT NULL)) AS numbers,
    list_sort(list(DISTINCT site) FILTER (site IS NOT NULL)) AS sites,
    list_sort(list(DISTINCT site || '|' || letter) FILTER (site IS NOT NULL AND m_flat IS NULL)) AS houses,
    list_sort(list(DISTINCT site || '|' || stair || '|' || m_flat) FILTER (site IS NOT NULL AND m_flat IS NOT NULL)) AS flats,
    list_sort(list(DISTINCT site || '|' || letter) FILTER (site IS NOT NULL AND m_flat IS NOT NULL)) AS flat_sites,
    list_sort(list(DISTINCT area) FILTER (area IS NOT NULL)) AS areas
FROM key
GROUP BY customer_no;
