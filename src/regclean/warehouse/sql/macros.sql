-- Keys and subjects in SQL, as `domain/register` has them in Python: nothing else builds or splits these texts.

-- A key of several columns; the key of a list's line is row_key(bin_group_no, member_no).
CREATE OR REPLACE TEMP MACRO row_key(a, b) AS a || '/' || b, (a, b, c) AS a || '/' || b || '/' || c;

-- What a finding is about: a row, or one field of it.
CREATE OR REPLACE TEMP MACRO subject(table_name, key) AS table_name || ':' || key,
    (table_name, key, column_name) AS table_name || ':' || key || ':' || column_name;

-- A source of the register, or an area of it.
CREATE OR REPLACE TEMP MACRO source_subject(table_name) AS 'sources:' || table_name,
    (table_name, area) AS 'sources:' || table_name || ':' || area;

-- The parts of a subject; that of a finding of kind 'field' ends in a column. Keys may hold colons, columns do not.
CREATE OR REPLACE TEMP MACRO subject_table(about) AS split_part(about, ':', 1);
CREATE OR REPLACE TEMP MACRO subject_key(about) AS substr(about, strpos(about, ':') + 1), (kind, about) AS
    CASE
        WHEN kind = 'field' THEN regexp_replace(substr(about, strpos(about, ':') + 1), ':[^:]*$', '')
        ELSE substr(about, strpos(about, ':') + 1)
    END;

-- Does the state of a bill say that nobody has paid it yet? What says nothing is no open bill.
CREATE OR REPLACE TEMP MACRO is_open_bill(state) AS coalesce(regexp_matches(
    lower(strip_accents(state)),
    '\b(avoin|avoimena|open|oppen|obetald|due|unpaid|overdue)\b|maksamat|eraant|perinn|ulosot|forfall|indriv'
), FALSE);

-- A text as it is searched for: its words in small letters without accents, a blank between them.
CREATE OR REPLACE TEMP MACRO search_words(text) AS
    trim(regexp_replace(lower(strip_accents(text)), '[^\p{L}\p{N}]+', ' ', 'g'));
