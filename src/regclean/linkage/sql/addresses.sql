-- Every address of a customer as comparison keys, one row per customer. A place is as narrow as the register can say: a flat, or an
-- entrance without flats: a house number with the letter of its house or stair. What may have been left out is no other place:
-- `within` is what a place is called where stair, flat, building or whatever else stands behind the flat ("4 rakennus 2") are left out.
-- Places are told apart by how many customers hold them: what two have in common says more than what twenty have. Most customers
-- have one address: only the others are gathered into lists, which is what costs.
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
        CASE WHEN regexp_matches(m_flat, '^\d\w* ') THEN '|' || split_part(m_flat, ' ', 1) END AS flat_alone,
        nullif(regexp_extract(m_flat, 'rakennus (\w+)', 1), '') AS building,
        count(*) OVER (PARTITION BY customer_no) AS addresses
    FROM address
),
key AS (
    SELECT customer_no, street, number, site, area, addresses,
        site || '|' || letter || stair AS entrance,
        site || '|' || letter AS house,
        coalesce('|' || m_flat, '') AS flat,
        entrance || flat AS place,
        CASE WHEN m_flat IS NULL THEN [house] ELSE [
            house, entrance, house || flat, site || '|' || flat,
            entrance || flat_alone, house || flat_alone, site || '|' || flat_alone,
            -- Where no stair is known, the building is written in its place.
            house || building, house || building || flat_alone
        ] END AS outer_places
    FROM site
),
held AS (
    SELECT place, count(DISTINCT customer_no) AS holders FROM key WHERE place IS NOT NULL GROUP BY place
),
sized AS (
    SELECT key.*,
        CASE WHEN holders <= 2 THEN place END AS place_2,
        CASE WHEN holders BETWEEN 3 AND 4 THEN place END AS place_4,
        CASE WHEN holders BETWEEN 5 AND 10 THEN place END AS place_10,
        CASE WHEN holders > 10 THEN place END AS place_many
    FROM key
    LEFT JOIN held USING (place)
)
SELECT customer_no,
    list_filter([street], lambda x: x IS NOT NULL) AS streets,
    list_filter([number], lambda x: x IS NOT NULL) AS numbers,
    list_filter([site], lambda x: x IS NOT NULL) AS sites,
    list_filter([place], lambda x: x IS NOT NULL) AS places,
    list_filter(outer_places, lambda x: x <> place) AS within,
    list_filter([area], lambda x: x IS NOT NULL) AS areas,
    list_filter([place_2], lambda x: x IS NOT NULL) AS places_2,
    list_filter([place_4], lambda x: x IS NOT NULL) AS places_4,
    list_filter([place_10], lambda x: x IS NOT NULL) AS places_10,
    list_filter([place_many], lambda x: x IS NOT NULL) AS places_many
FROM sized
WHERE addresses = 1
UNION ALL
SELECT customer_no,
    list_sort(list_distinct(list(street))),
    list_sort(list_distinct(list(number))),
    list_sort(list_distinct(list(site))),
    list_sort(list_distinct(list(place))),
    list_sort(list_distinct(flatten(list(list_filter(outer_places, lambda x: x <> place))))),
    list_sort(list_distinct(list(area))),
    list_sort(list_distinct(list(place_2))),
    list_sort(list_distinct(list(place_4))),
    list_sort(list_distinct(list(place_10))),
    list_sort(list_distinct(list(place_many)))
FROM sized
WHERE addresses > 1
GROUP BY customer_no;

-- When a customer began, and when the last of what it holds here ended (null while something goes on), as days.
CREATE OR REPLACE TEMP TABLE link_times AS
SELECT c.customer_no,
    date_diff('day', DATE '1970-01-01', coalesce(min(a.start_on), any_value(c.created_on))) AS began,
    CASE WHEN count(*) FILTER (a.source IN ('site_role', 'service') AND a.end_on IS NULL) = 0
        THEN date_diff('day', DATE '1970-01-01', max(a.end_on) FILTER (a.source IN ('site_role', 'service'))) END AS ended
FROM customers c
LEFT JOIN customer_addresses a USING (customer_no)
GROUP BY c.customer_no;
