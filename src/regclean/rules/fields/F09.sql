-- id = "F09"
-- title.fi = "Postinumero ja postitoimipaikka eivät täsmää"
-- title.sv = "Postnummer och postort stämmer inte överens"
-- title.en = "Postcode and town do not agree"
-- summary.fi = "{table} {key}: postinumero {postal_code} ja paikkakunta {city} eivät sovi yhteen ({reason})."
-- summary.sv = "{table} {key}: postnumret {postal_code} och orten {city} hör inte ihop ({reason})."
-- summary.en = "{table} {key}: postcode {postal_code} and town {city} do not belong together ({reason})."
-- severity = "review"
-- severities = ["info"]
-- ends_in = "change"
-- asks.fi = "Hae tai kysy oikea postinumero."
-- asks.sv = "Ta reda på eller fråga efter det rätta postnumret."
-- asks.en = "Look up or ask for the right postcode."
-- way = "look_up"
-- why = "A letter with a postcode that does not exist, or of another town, comes back or goes astray. A lost leading zero is only proposed to be set right where the town agrees."
-- subjects = "customers, sites"
-- uses = ["macros"]
-- countries = ["fi"]
-- [guards]
-- village = "A village's name beside the postcode of its town is no contradiction."
-- abroad = "Addresses abroad have postcodes of their own."
WITH written AS (
    SELECT
        'customers' AS table_name, c.customer_no AS key, c.postal_code, c.postal_code_state, c.city,
        coalesce(c.country_code, 'FI') AS country_code, r.postal_code AS raw_postal_code, c.m_street, c.m_house
    FROM customers AS c
    LEFT JOIN raw.customers AS r ON r.key = c.customer_no
    UNION ALL
    SELECT 'sites', s.site_no, s.postal_code, s.postal_code_state, s.city, 'FI', r.postal_code, s.m_street, s.m_house
    FROM sites AS s
    LEFT JOIN raw.sites AS r ON r.key = s.site_no
),
judged AS (
    SELECT
        w.*,
        CASE
            WHEN w.postal_code_state = 'invalid' THEN 'invalid'
            WHEN w.postal_code_state = 'repaired' THEN 'repaired'
            WHEN
                w.postal_code_state = 'ok' AND w.city IS NOT NULL
                -- guard: village
                AND n.place IS NOT NULL
                -- end guard
                AND k.postal_code IS NOT NULL AND p.place IS NULL
                THEN 'other_town'
        END AS reason
    FROM written AS w
    LEFT JOIN (SELECT DISTINCT postal_code FROM reference_places) AS k USING (postal_code)
    LEFT JOIN reference_place_names AS n ON n.place = folded(w.city)
    LEFT JOIN reference_places AS p ON p.postal_code = w.postal_code AND p.place = folded(w.city)
    WHERE
        TRUE
        -- guard: abroad
        AND w.country_code = 'FI'
        -- end guard
),
-- Where the same house stands elsewhere in the register with a postcode and a town that belong together, and only so.
houses AS (
    SELECT w.m_street, w.m_house, min(w.postal_code) AS postal_code, min(w.city) AS city
    FROM written AS w
    INNER JOIN reference_places AS p ON p.postal_code = w.postal_code AND p.place = folded(w.city)
    WHERE w.postal_code_state = 'ok' AND w.m_house IS NOT NULL
    GROUP BY w.m_street, w.m_house
    HAVING count(DISTINCT w.postal_code) = 1 AND count(DISTINCT p.place) = 1
)
SELECT
    [subject(table_name, key, CASE WHEN reason = 'other_town' THEN 'city' ELSE 'postal_code' END)] AS subjects,
    {
        'table': table_name, 'key': key, 'column': CASE WHEN reason = 'other_town' THEN 'city' ELSE 'postal_code' END,
        'postal_code': coalesce(j.postal_code, raw_postal_code), 'city': j.city, 'reason': reason
    } AS evidence,
    CASE
        WHEN reason = 'repaired' AND raw_postal_code IS NOT NULL THEN [change(table_name, key, 'postal_code', j.postal_code)]
        WHEN reason <> 'repaired' AND folded(h.city) = folded(j.city) THEN [change(table_name, key, 'postal_code', h.postal_code)]
        WHEN reason = 'other_town' AND h.postal_code = j.postal_code THEN [change(table_name, key, 'city', h.city)]
    END AS proposal,
    CASE WHEN reason = 'repaired' THEN 'info' END AS severity
FROM judged AS j
LEFT JOIN houses AS h ON h.m_street = j.m_street AND h.m_house = j.m_house
WHERE reason IS NOT NULL
