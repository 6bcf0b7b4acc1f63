-- The tables of one night above `landed`, but for the canonical ones, which are made from `domain/register`. Created empty
-- at the start of the night, so that every room finds every column, typed, whatever the company exports.
--
-- Conventions, there and here: a canonical column keeps its contract name and holds the *cleaned, typed* value; NULL means missing or
-- a placeholder; `<column>_state` is ok | invalid | missing | placeholder | warn (what the identifier rules said).
-- Columns starting with `m_` are match columns: lower case, folded to ASCII (å ä -> a, ö -> o), because DuckDB and
-- Spark string functions must agree. The raw text is in `raw.<table>` under the same key.

CREATE SCHEMA raw;
CREATE SCHEMA keyed;

-- Where each typed row came from. The views `raw.<table>` and `keyed.<table>` are the landed rows under it.
CREATE TABLE origins (
    table_name TEXT NOT NULL,                  -- of the typed table
    key        TEXT NOT NULL,                  -- as in subjects: "1001", "K1/2", "1001/S1/owner", "1001/move/2026-02-01"
    _file TEXT NOT NULL, _row BIGINT NOT NULL, _hash TEXT NOT NULL, -- of the landed row
    taken      BOOLEAN NOT NULL                -- false: another row with this key was taken
);

-- The persons that a customer row names: one for a person, two or more for "Virtanen Matti ja Maija", the deceased of
-- an estate, the trader of "Tmi Matti Virtanen".
CREATE TABLE customer_persons (
    customer_no TEXT NOT NULL,
    person_no   INTEGER NOT NULL,              -- 1, 2, …
    part        TEXT NOT NULL,                 -- self | spouse | deceased | trader | care_of
    first_names TEXT,
    last_name   TEXT,
    m_first     TEXT,
    m_given     TEXT[] NOT NULL,
    m_last      TEXT,
    PRIMARY KEY (customer_no, person_no)
);

-- Every address that belongs to a customer: own, billing, and those of the sites it has a role or a service at.
CREATE TABLE customer_addresses (
    customer_no    TEXT NOT NULL,
    source         TEXT NOT NULL,              -- own | billing | site_role | service
    site_no        TEXT,
    m_street       TEXT,
    m_house        TEXT,
    m_house_letter TEXT,
    m_stair        TEXT,
    m_flat         TEXT,
    m_postal       TEXT,
    m_city         TEXT,
    start_on       DATE,
    end_on         DATE
);

-- Cells whose text could not be read as what the column holds (a date, a number, a code). The cell is NULL above.
CREATE TABLE unreadable ("table" TEXT NOT NULL, key TEXT NOT NULL, "column" TEXT NOT NULL);

-- National ids that stood in another column of a row. `state`: what the rules say of the id. `raw.misplaced_ids` has it whole.
CREATE TABLE misplaced_ids (
    table_name TEXT NOT NULL, key TEXT NOT NULL, column_name TEXT NOT NULL, masked TEXT NOT NULL, state TEXT NOT NULL,
    file TEXT NOT NULL, line BIGINT NOT NULL
);
CREATE VIEW raw.misplaced_ids AS
SELECT o.table_name, o.key, m.column_name, m.national_id
FROM origins AS o
INNER JOIN landed.misplaced_ids AS m ON m.table_name = o.table_name AND m.file = o._file AND m.line = o._row
WHERE o.taken;

-- The usable national id that stands somewhere on a line of a list, as its keyed hash. Lines with more than one are left out.
CREATE TABLE member_ids (bin_group_no TEXT NOT NULL, member_no TEXT NOT NULL, national_id_hash TEXT NOT NULL);

-- Evidence that bears a national id which several customers have, or another one than the row names (`named`): one row for
-- each who may be meant. It is said of none of them.
CREATE TABLE doubtful_evidence (
    customer_no TEXT NOT NULL, named TEXT, signal TEXT, observed_on DATE, file TEXT NOT NULL, line BIGINT NOT NULL
);

-- What was written beside a customer's names, or where there was room, also in other rows and tables than the customer's own.
-- `mark`: death | non_disclosure; `detail`: when somebody died, as written.
CREATE TABLE name_marks (customer_no TEXT NOT NULL, mark TEXT NOT NULL, detail TEXT);

-- Lines of lists that say that whoever stands on them may not be disclosed.
CREATE TABLE hidden_lines (bin_group_no TEXT NOT NULL, member_no TEXT NOT NULL);

-- Cells that were put right or thrown away in reading. `how`: letters (broken ones) | zero (a lost one) | sign (of an e-mail
-- address) | placeholder; `after`: what the cell should hold.
CREATE TABLE repairs (table_name TEXT NOT NULL, key TEXT NOT NULL, column_name TEXT NOT NULL, how TEXT NOT NULL, after TEXT);

-- What can be used of each input column, in counts: `n` rows, of which `usable` have a value that rules can go by, and of
-- `unreadable` ones it is no date, number or code; of `sampled` values `most` are one and the same; `differs`: in any
-- register the rows differ in it.
CREATE TABLE column_profiles (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, n BIGINT NOT NULL, usable BIGINT NOT NULL, unreadable BIGINT NOT NULL,
    sampled BIGINT NOT NULL, most BIGINT NOT NULL, differs BOOLEAN NOT NULL
);

-- Written by linkage --------------------------------------------------------------------------------------------------

-- Pairs of customers that were compared and are worth telling, with how sure it is that they are one, and what they are to each other.
CREATE TABLE pairs (
    customer_no_l     TEXT NOT NULL,
    customer_no_r     TEXT NOT NULL,           -- l < r as text
    match_probability DOUBLE NOT NULL,         -- calibrated probability of "same"
    match_weight      DOUBLE NOT NULL,         -- log2 Bayes factor
    relation          TEXT NOT NULL,           -- same | household | successor | related | unsure
    model             TEXT NOT NULL,           -- person | organisation | rule
    household_probability DOUBLE,
    evidence          TEXT,                    -- its pattern, by which policies and certificates are made: "person place"
    model_version     INTEGER,                 -- of the model that scored it
    explanation       TEXT NOT NULL,           -- JSON: {"reasons": [codes], "waterfall": [{"comparison","level","weight"}]}; no personal values
    PRIMARY KEY (customer_no_l, customer_no_r)
);

-- From which probability on a pair is "same", by the kind of its evidence.
CREATE TABLE thresholds (evidence TEXT PRIMARY KEY, threshold DOUBLE NOT NULL);

-- Which customers are one and the same; every customer is in one.
CREATE TABLE clusters (cluster_id TEXT NOT NULL, customer_no TEXT PRIMARY KEY);

-- Which customer each line of a shared-bin list is; `customer_no` is NULL where none was found or the choice is doubtful.
CREATE TABLE member_links (
    bin_group_no TEXT NOT NULL, member_no TEXT NOT NULL,
    customer_no TEXT,                          -- NULL: none found
    match_probability DOUBLE,
    customer_no_given TEXT,
    state TEXT NOT NULL,                       -- linked | new | ambiguous
    candidates TEXT NOT NULL,                  -- JSON: [{"customer_no","probability","reasons"}], best first, at most 5
    PRIMARY KEY (bin_group_no, member_no)
);

-- Written from the ledger ---------------------------------------------------------------------------------------------

-- What was answered of shared bins and is not settled: the latest of each. `line`: of the list, '' for the shared bin as a
-- whole, 'new:…' for one that is not on the list yet. It says nothing of a customer: it is of the list alone.
CREATE TABLE reported (
    bin_group_no TEXT NOT NULL, line TEXT NOT NULL, column_name TEXT NOT NULL, value TEXT,
    reported_on DATE NOT NULL, told_by TEXT NOT NULL,  -- reply_page | form | clerk | company
    PRIMARY KEY (bin_group_no, line, column_name)
);

-- Written by findings -------------------------------------------------------------------------------------------------

-- What the night found, before decisions: the ledger holds what became of it.
CREATE TABLE findings (
    finding_id TEXT PRIMARY KEY, kind TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL,
    subjects TEXT NOT NULL, score DOUBLE, summary TEXT NOT NULL, proposal TEXT,
    evidence TEXT NOT NULL, fingerprint TEXT NOT NULL, protected BOOLEAN NOT NULL,
    relation TEXT,                             -- of duplicates: same | household | successor | related | unsure
    area TEXT,                                 -- postal code of the first subject that has one
    label TEXT,                                -- how a queue names it: the first subject's name, else its key
    priority DOUBLE NOT NULL DEFAULT 0,        -- consequence for the customer: higher is sooner
    case_key TEXT NOT NULL DEFAULT '',         -- the subject that one act is about
    ends_in TEXT NOT NULL DEFAULT 'change',    -- change | task | figure; figures stay in the night
    source_file TEXT                           -- the input file of its first record
);

-- Written by rules -----------------------------------------------------------------------------------------------------

-- What each rule said, before findings were made of it.
CREATE TABLE rule_hits (
    kind TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL,
    subjects TEXT[] NOT NULL,                  -- sorted "table:key" or "table:key:column"
    evidence TEXT NOT NULL,                    -- JSON object; "basis" holds what the fingerprint covers
    proposal TEXT,                             -- JSON list of changes {op, table, key, column, before, after}, or NULL
    score DOUBLE,
    ends_in TEXT NOT NULL DEFAULT 'change'     -- change | task | figure
);

-- Written for looking inside ------------------------------------------------------------------------------------------

-- Whom and what a reader without the right must not meet: customers under non-disclosure, and what would tell of them.
CREATE TABLE hidden_subjects (table_name TEXT NOT NULL, key TEXT NOT NULL);

-- What can be found: customers, sites and shared bins, with what a list of answers says of each.
CREATE TABLE search_subjects (
    doc BIGINT NOT NULL, table_name TEXT NOT NULL, key TEXT NOT NULL, label TEXT, place TEXT,
    ended BOOLEAN NOT NULL, protected BOOLEAN NOT NULL
);
-- By what, folded; in the order of `term`. `field`: where it stands.
CREATE TABLE search_terms (term TEXT NOT NULL, doc BIGINT NOT NULL, field TEXT NOT NULL, protected BOOLEAN NOT NULL);
