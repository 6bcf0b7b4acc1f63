-- uses = []

-- Words of evidence, addresses and changes, said once.

-- A change of one cell, as proposals write it. What the register holds there is filled in when all rules have run.
CREATE OR REPLACE TEMP MACRO change(table_name, row_key, column_name, new_value) AS {
    'op': 'update', 'table': table_name, 'key': row_key, 'column': column_name,
    'before': CAST(NULL AS TEXT), 'after': CAST(new_value AS TEXT)
};

-- One cell of a new row.
CREATE OR REPLACE TEMP MACRO new_cell(table_name, row_key, column_name, new_value) AS {
    'op': 'insert', 'table': table_name, 'key': row_key, 'column': column_name,
    'before': CAST(NULL AS TEXT), 'after': CAST(new_value AS TEXT)
};

-- A row that goes.
CREATE OR REPLACE TEMP MACRO removed_row(table_name, row_key) AS {
    'op': 'delete', 'table': table_name, 'key': row_key, 'column': CAST(NULL AS TEXT),
    'before': CAST(NULL AS TEXT), 'after': CAST(NULL AS TEXT)
};

-- Great-circle distance in metres of two WGS84 points (haversine, mean earth radius); NULL where one is not known, which
-- `least` alone would make the other side of the earth.
CREATE OR REPLACE TEMP MACRO metres_between(lat_1, lon_1, lat_2, lon_2) AS
    CASE WHEN lat_1 + lon_1 + lat_2 + lon_2 IS NOT NULL THEN 2 * 6371008.8 * asin(least(1.0, sqrt(
        power(sin(radians(lat_2 - lat_1) / 2), 2)
        + cos(radians(lat_1)) * cos(radians(lat_2)) * power(sin(radians(lon_2 - lon_1) / 2), 2)
    ))) END;

-- Is this word of a name a given name in full, its initial, or it with a slip? The first letter of a surname is nobody's initial.
CREATE OR REPLACE TEMP MACRO names_given(word, name, surname) AS (
    word = name
    OR ((length(word) = 1 OR length(name) = 1) AND word[1] = name[1] AND NOT list_contains(string_split(coalesce(surname, ''), ' '), word))
    OR (length(word) > 3 AND jaro_winkler_similarity(word, name) >= 0.93)
);

-- Are these the words of a person's name, however short: in full, with an initial, by the surname alone, or with a slip?
-- `words` are folded; `given` and `surname` are match columns.
CREATE OR REPLACE TEMP MACRO names_person(words, given, surname) AS coalesce(
    list_bool_or([word = surname OR (length(word) > 3 AND jaro_winkler_similarity(word, surname) >= 0.93) FOR word IN words])
    AND (
        len(coalesce(given, [])) = 0 OR len(words) = 1
        OR list_bool_or(flatten([[names_given(word, name, surname) FOR word IN words] FOR name IN given]))
    ), FALSE
);

-- Does a contract of these days hold on `day`? The last day is the first one without it, also where it
-- lies before the first: somebody wrote that it is over.
CREATE OR REPLACE TEMP MACRO holds_on(day, first_day, last_day) AS
    coalesce(first_day <= day, TRUE) AND coalesce(last_day > day, TRUE);

-- "Updating banned" (asiakasrekisterin päivityskielto): the authority's register does not follow this person.
CREATE OR REPLACE TEMP MACRO tells_update_ban(detail) AS
    coalesce(regexp_matches(folded(detail), 'paivityskiel|uppdateringsforbud|update ban|address ban|osoitekiel'), FALSE);
