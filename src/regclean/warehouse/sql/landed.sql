-- What was read, as it was written: text only. One table `landed.<canonical table>` with every canonical column is
-- created from domain/register; each row knows its origin.
CREATE SCHEMA landed;

CREATE TABLE landed.files (
    table_name  TEXT NOT NULL,
    file        TEXT NOT NULL,                 -- path relative to the workspace, or the SQL source's name; "#sheet" for xlsx
    sha256      TEXT NOT NULL,
    encoding    TEXT,
    delimiter   TEXT,
    records     BIGINT NOT NULL,               -- counted independently of the reader
    loaded      BIGINT NOT NULL,
    quarantined BIGINT NOT NULL
);

CREATE TABLE landed.quarantine (
    table_name TEXT NOT NULL, file TEXT NOT NULL, line BIGINT NOT NULL, why TEXT NOT NULL, record TEXT
);

-- What this night's landed and typed tables rest on, and until what day they hold for what they rest on. `set_aside`, `marks`:
-- how many rows `landed.quarantine` had before standardising, and `name_marks` before linking; `said`: JSON, what was to be told.
CREATE TABLE landed.reading (
    rests_on TEXT NOT NULL, holds_until DATE NOT NULL, set_aside BIGINT NOT NULL, marks BIGINT NOT NULL, said TEXT NOT NULL
);

-- National ids that stood in a column for something else: there they are masked. As secret as customers.national_id.
CREATE TABLE landed.misplaced_ids (
    table_name TEXT NOT NULL, file TEXT NOT NULL, line BIGINT NOT NULL, column_name TEXT NOT NULL, national_id TEXT NOT NULL
);
