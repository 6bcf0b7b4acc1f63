-- The tables of one night above `landed`. Created empty at the start of the night, so that every room finds every
-- column, typed, whatever the company exports.
--
-- Conventions: a canonical column keeps its contract name and holds the *cleaned, typed* value; NULL means missing or
-- a placeholder; `<column>_state` is ok | invalid | missing | placeholder | warn (what the identifier rules said).
-- Columns starting with `m_` are match columns: lower case, folded to ASCII (å ä -> a, ö -> o), because DuckDB and
-- Spark string functions must agree. The raw text stays in `landed.<table>` under the same key.

CREATE TABLE customers (
    customer_no            TEXT PRIMARY KEY,
    kind                   TEXT NOT NULL,      -- given, else inferred; 'person' when nothing speaks for another
    kind_given             TEXT,
    kind_inferred          TEXT NOT NULL,
    name                   TEXT,               -- as one would print it: "Liisa Maria Mäkinen", "Rakennus Virtanen Oy"
    first_names            TEXT,               -- given names in order, blank separated
    last_name              TEXT,
    previous_last_name     TEXT,
    company_name           TEXT,               -- organisations, estates' and households' full name
    national_id_hash       TEXT,               -- HMAC of the normalised id; only when usable as a match key
    national_id_masked     TEXT,               -- 010190-***R
    national_id_state      TEXT NOT NULL,      -- ok | temporary | invalid | missing | placeholder
    business_id            TEXT,               -- canonical NNNNNNN-C when valid; also found inside an OVT address
    business_id_state      TEXT NOT NULL,
    birth_date             DATE,
    birth_date_source      TEXT,               -- column | national_id
    street_address         TEXT,               -- printable
    postal_code            TEXT,
    postal_code_state      TEXT NOT NULL,      -- ok | invalid | missing | placeholder | repaired | po_box | company
    city                   TEXT,
    municipality_code      TEXT,
    country_code           TEXT,
    phone                  TEXT,               -- E.164
    phone_state            TEXT NOT NULL,      -- ok | business | repaired | invalid | missing | placeholder
    phone_2                TEXT,
    email                  TEXT,
    email_state            TEXT NOT NULL,      -- ok | repaired | invalid | missing | placeholder
    language               TEXT,               -- fi | sv | en | …
    non_disclosure         BOOLEAN NOT NULL,
    status                 TEXT,
    relationship           TEXT,
    billing_name           TEXT,
    billing_street_address TEXT,
    billing_postal_code    TEXT,
    billing_city           TEXT,
    e_invoice_address      TEXT,
    e_invoice_state        TEXT NOT NULL,      -- ok | invalid | missing | warn
    iban                   TEXT,
    iban_state             TEXT NOT NULL,
    contact_source         TEXT,
    created_on             DATE,
    updated_on             DATE,
    m_first                TEXT,               -- first given name
    m_given                TEXT[] NOT NULL,    -- every given name, in order (initials kept as one letter)
    m_last                 TEXT,               -- whole surname, hyphens as blanks, particles (af, von, de) dropped
    m_last_parts           TEXT[] NOT NULL,    -- its parts, and the parts of previous surnames
    m_previous             TEXT,
    m_org                  TEXT,               -- organisation name without legal form
    m_org_form             TEXT,               -- oy | oyj | ab | ky | ay | tmi | ry | rf | osk | saatio | as_oy | …
    m_org_numerals         TEXT,               -- numerals in the name, in order, blank separated: decisive for siblings
    m_street               TEXT,               -- street key: one key for the Finnish and the Swedish name of a street
    m_house                TEXT,               -- house number without letter ("12"; of "12-14" the first)
    m_house_letter         TEXT,
    m_stair                TEXT,
    m_flat                 TEXT,               -- what tells a home from others in its house: flat, unit, remainder
    m_postal               TEXT,
    m_city                 TEXT,
    m_email_local          TEXT
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

CREATE TABLE sites (
    site_no             TEXT PRIMARY KEY,
    property_id         TEXT,                  -- 999-012-0034-0005
    property_id_state   TEXT NOT NULL,         -- ok | warn | invalid | missing | placeholder | building_id (a PRT stood there)
    building_id         TEXT,
    building_id_state   TEXT NOT NULL,
    street_address      TEXT,
    postal_code         TEXT,
    postal_code_state   TEXT NOT NULL,
    city                TEXT,
    municipality_code   TEXT,
    use                 TEXT,
    building_state      TEXT,                  -- two digits
    dwellings           INTEGER,
    latitude            DOUBLE,                -- WGS84; NULL when missing or outside Finland (country fi)
    longitude           DOUBLE,
    m_street TEXT, m_house TEXT, m_house_letter TEXT, m_stair TEXT, m_flat TEXT, m_postal TEXT, m_city TEXT
);

CREATE TABLE site_roles (
    customer_no TEXT NOT NULL, site_no TEXT NOT NULL, role TEXT NOT NULL, start_on DATE, end_on DATE
);

CREATE TABLE services (
    service_no TEXT PRIMARY KEY, customer_no TEXT NOT NULL, site_no TEXT,
    waste_type TEXT,                           -- canonical code: mixed, bio, cardboard, …
    bin_litres DOUBLE,                         -- litres of one bin; m³ values (0,66) are converted
    bin_count INTEGER, interval_weeks DOUBLE,
    season_start TEXT, season_end TEXT,        -- mm-dd
    start_on DATE, end_on DATE, paused_from DATE, paused_to DATE,
    bin_group_no TEXT, last_emptied_on DATE
);

CREATE TABLE bin_groups (
    bin_group_no TEXT PRIMARY KEY, waste_type TEXT, host_site_no TEXT, host_customer_no TEXT,
    contact_customer_no TEXT, contact_name TEXT, contact_phone TEXT, contact_email TEXT,
    street_address TEXT, postal_code TEXT, city TEXT, billing TEXT,
    start_on DATE, end_on DATE, confirmed_on DATE,
    m_street TEXT, m_house TEXT, m_house_letter TEXT, m_stair TEXT, m_flat TEXT, m_postal TEXT, m_city TEXT
);

CREATE TABLE bin_group_members (
    bin_group_no TEXT NOT NULL,
    member_no    TEXT NOT NULL,                -- as given, else the line's number within its group
    customer_no  TEXT,                         -- as given on the list
    site_no      TEXT,
    name         TEXT,
    street_address TEXT, postal_code TEXT, city TEXT,
    phone TEXT, email TEXT,
    share_percent DOUBLE,                      -- "1/3", "33 %", "puolet" are read
    share_state  TEXT NOT NULL,                -- ok | invalid | missing
    use TEXT, start_on DATE, end_on DATE, informed_on DATE,
    kind TEXT NOT NULL,
    proxy_phone  BOOLEAN NOT NULL,             -- the phone is the contact person's (or stands on most lines of the list)
    proxy_email  BOOLEAN NOT NULL,
    proxy_address BOOLEAN NOT NULL,            -- the address is the bin's
    m_first TEXT, m_given TEXT[] NOT NULL, m_last TEXT, m_last_parts TEXT[] NOT NULL, m_org TEXT,
    m_first_2 TEXT,                            -- the second person of a couple on one line
    m_last_2 TEXT,
    m_street TEXT, m_house TEXT, m_house_letter TEXT, m_stair TEXT, m_flat TEXT, m_postal TEXT, m_city TEXT,
    PRIMARY KEY (bin_group_no, member_no)
);

CREATE TABLE evidence (
    customer_no TEXT NOT NULL, signal TEXT NOT NULL, observed_on DATE NOT NULL, detail TEXT
);

-- Cells whose text could not be read as what the column holds (a date, a number, a code). The cell is NULL above.
CREATE TABLE unreadable ("table" TEXT NOT NULL, key TEXT NOT NULL, "column" TEXT NOT NULL);

-- Written by linkage --------------------------------------------------------------------------------------------------

CREATE TABLE pairs (
    customer_no_l     TEXT NOT NULL,
    customer_no_r     TEXT NOT NULL,           -- l < r as text
    match_probability DOUBLE NOT NULL,         -- calibrated probability of "same"
    match_weight      DOUBLE NOT NULL,         -- log2 Bayes factor
    relation          TEXT NOT NULL,           -- same | household | successor | related | unsure
    model             TEXT NOT NULL,           -- person | organisation | rule
    household_probability DOUBLE,
    explanation       TEXT NOT NULL,           -- JSON: {"reasons": [codes], "waterfall": [{"comparison","level","weight"}]}; no personal values
    PRIMARY KEY (customer_no_l, customer_no_r)
);

CREATE TABLE clusters (cluster_id TEXT NOT NULL, customer_no TEXT PRIMARY KEY);

CREATE TABLE member_links (
    bin_group_no TEXT NOT NULL, member_no TEXT NOT NULL,
    customer_no TEXT,                          -- NULL: none found
    match_probability DOUBLE,
    customer_no_given TEXT,
    state TEXT NOT NULL,                       -- linked | new | ambiguous
    candidates TEXT NOT NULL,                  -- JSON: [{"customer_no","probability","reasons"}], best first, at most 5
    PRIMARY KEY (bin_group_no, member_no)
);

-- Written by findings -------------------------------------------------------------------------------------------------

CREATE TABLE findings (
    finding_id TEXT PRIMARY KEY, kind TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL,
    subjects TEXT NOT NULL, score DOUBLE, summary TEXT NOT NULL, proposal TEXT,
    evidence TEXT NOT NULL, fingerprint TEXT NOT NULL, protected BOOLEAN NOT NULL,
    relation TEXT,                             -- of duplicates: same | household | successor | related | unsure
    area TEXT,                                 -- postal code of the first subject that has one
    label TEXT,                                -- how a queue names it: the first subject's name, else its key
    priority DOUBLE NOT NULL DEFAULT 0         -- consequence for the customer: higher is sooner
);

-- Written by rules -----------------------------------------------------------------------------------------------------

CREATE TABLE rule_hits (
    kind TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL,
    subjects TEXT[] NOT NULL,                  -- sorted "table:key" or "table:key:column"
    evidence TEXT NOT NULL,                    -- JSON object; "basis" holds what the fingerprint covers
    proposal TEXT,                             -- JSON list of changes {op, table, key, column, before, after}, or NULL
    score DOUBLE
);
