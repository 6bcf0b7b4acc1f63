-- Words of a text folded to a-z and digits, one blank between them: the same form as the match columns.
CREATE OR REPLACE TEMP MACRO folded(value) AS
    trim(regexp_replace(strip_accents(lower(value)), '[^a-z0-9]+', ' ', 'g'));

CREATE OR REPLACE TEMP TABLE reference_postcodes AS
SELECT
    postcode AS postal_code, fi AS city_fi, sv AS city_sv, municipality AS municipality_code, type AS postcode_type,
    TRY_CAST(lat AS DOUBLE) AS latitude, TRY_CAST(lon AS DOUBLE) AS longitude
FROM postcode_list;

-- Every name that a town of a postcode goes by: the postal district's, and its municipality's, present or abolished.
CREATE OR REPLACE TEMP TABLE reference_places AS
WITH municipality_names AS (
    SELECT code, unnest([fi, sv]) AS place FROM municipality_list
),
places AS (
    SELECT postcode AS postal_code, unnest([fi, sv, abbr_fi, abbr_sv]) AS place FROM postcode_list
    UNION ALL
    SELECT p.postcode, m.place FROM postcode_list AS p INNER JOIN municipality_names AS m ON m.code = p.municipality
)
SELECT DISTINCT postal_code, folded(place) AS place
FROM places
WHERE folded(place) <> '';

CREATE OR REPLACE TEMP TABLE reference_place_names AS SELECT DISTINCT place FROM reference_places;
