-- Every address of every customer with the number of customers that share it, at each grain: the fewer, the more it says.
CREATE OR REPLACE TEMP TABLE link_member_places AS
WITH place AS (
    SELECT DISTINCT
        customer_no, m_street AS street, m_house AS house, coalesce(m_house_letter, '') AS letter,
        coalesce(m_stair, '') AS stair, m_flat AS flat, m_postal AS postal, m_city AS city,
        coalesce(m_postal, m_city) AS area
    FROM customer_addresses
    WHERE m_street IS NOT NULL OR m_postal IS NOT NULL
),
flats AS (SELECT street, house, letter, stair, flat, area, count(DISTINCT customer_no) AS n FROM place GROUP BY ALL),
houses AS (SELECT street, house, area, count(DISTINCT customer_no) AS n FROM place GROUP BY ALL),
streets AS (SELECT street, area, count(DISTINCT customer_no) AS n FROM place GROUP BY ALL),
areas AS (SELECT area, count(DISTINCT customer_no) AS n FROM place GROUP BY ALL)
SELECT place.*, flats.n AS in_flat, houses.n AS in_house, streets.n AS in_street, areas.n AS in_area
FROM place
JOIN flats ON (place.street, place.house, place.letter, place.stair, place.flat, place.area)
    IS NOT DISTINCT FROM (flats.street, flats.house, flats.letter, flats.stair, flats.flat, flats.area)
JOIN houses ON (place.street, place.house, place.area) IS NOT DISTINCT FROM (houses.street, houses.house, houses.area)
JOIN streets ON (place.street, place.area) IS NOT DISTINCT FROM (streets.street, streets.area)
JOIN areas ON place.area IS NOT DISTINCT FROM areas.area;
