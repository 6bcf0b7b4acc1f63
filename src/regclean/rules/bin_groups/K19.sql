-- id = "K19"
-- title.fi = "Kimpalla on kaksi yhteyshenkilöä tai ei yhtään"
-- title.sv = "Det gemensamma kärlet har två ansvariga eller ingen"
-- title.en = "Two contact persons, or none"
-- summary.fi = "Kimpalla {bin_group_no} on {contacts} yhteyshenkilöä."
-- summary.sv = "Det gemensamma kärlet {bin_group_no} har {contacts} ansvariga personer."
-- summary.en = "Shared bin {bin_group_no} has {contacts} contact persons."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Pyydä osakkaita nimeämään yksi yhteyshenkilö."
-- asks.sv = "Be delägarna utse en ansvarig person."
-- asks.en = "Ask the members to name one contact person."
-- way = "letter"
-- why = "One person reports for all. With none nobody can be asked, with two they may contradict each other."
-- subjects = "bin_groups"
-- uses = ["shared_bins"]
-- [guards]
-- couple = "A couple under one surname is one household to ask."
-- area_point = "An area collection point has no contact person."
WITH written AS (
    SELECT bin_group_no, contact_customer_no, contact_name, contact_phone, contact_email FROM standing_groups
    UNION ALL
    SELECT l.key, l.contact_customer_no, l.contact_name, NULL, NULL
    FROM keyed.bin_groups AS l
    SEMI JOIN standing_groups AS g ON g.bin_group_no = l.key
),
parts AS (
    SELECT
        *, regexp_split_to_array(trim(contact_name), '\s*[,;/&+]\s*|\s+(ja|och|and|sekä|samt)\s+') AS pieces,
        -- Of a full name two words at least; a number or an organisation beside it is no second person.
        list_filter(
            [string_split(folded(piece), ' ') FOR piece IN pieces],
            lambda words: len(words) >= 2 AND NOT list_bool_or([regexp_matches(word, '\d|kunta$|yhdistys|^(ry|oy|ab|osk|rf)$|forening|vaglag') FOR word IN words])
        ) AS people,
        row_number() OVER () AS row_no
    FROM written
),
-- Two people whom the register knows by these names.
known AS (
    SELECT w.row_no, w.place, c.customer_no, CASE WHEN c.m_house IS NOT NULL THEN concat_ws(' ', c.m_street, c.m_house, c.m_house_letter, c.m_stair, c.m_flat) END AS home
    FROM (
        SELECT row_no, place, words, unnest(words) AS word
        FROM (SELECT row_no, generate_subscripts(people, 1) AS place, unnest(people) AS words FROM parts WHERE len(people) = 2)
    ) AS w
    INNER JOIN customers AS c ON c.m_last = w.word AND list_contains(w.words, c.m_first)
),
-- Surname or given name: as most of the register's own people bear the word; NULL where as many bear it the other way.
borne AS (
    SELECT word, CASE WHEN sum(side) <> 0 THEN sum(side) > 0 END AS is_surname
    FROM (
        SELECT m_last AS word, 1 AS side FROM customers
        UNION ALL
        SELECT m_first, -1 FROM customers
    )
    GROUP BY word
),
-- "Virtanen Matti / Virtanen Maija" are one household to ask: one surname in all names. A word that the register does not
-- tell is a surname where it stands last.
households AS (
    SELECT DISTINCT w.row_no
    FROM (
        SELECT row_no, unnest(people[1]) AS word, people
        FROM parts WHERE len(people) >= 2
    ) AS w
    LEFT JOIN borne AS b ON b.word = w.word
    WHERE
        list_bool_and([list_contains(words, w.word) FOR words IN w.people])
        AND coalesce(b.is_surname, list_bool_and([words[-1] = w.word FOR words IN w.people]))
    UNION
    SELECT a.row_no
    FROM known AS a
    INNER JOIN known AS b ON b.row_no = a.row_no AND b.place > a.place
    WHERE
        a.home = b.home
        OR EXISTS (
            SELECT 1 FROM pairs AS p
            WHERE p.relation = 'household' AND p.customer_no_l = least(a.customer_no, b.customer_no) AND p.customer_no_r = greatest(a.customer_no, b.customer_no)
        )
),
persons AS (
    SELECT
        bin_group_no,
        CASE WHEN trim(contact_customer_no) <> '' THEN len(regexp_split_to_array(trim(contact_customer_no), '\s*[,;/&+]\s*|\s+(ja|och|and)\s+')) ELSE 0 END AS numbers,
        CASE
            WHEN folded(contact_name) = '' OR contact_name IS NULL THEN 0
            WHEN len(people) < 2 OR len(people) < len(pieces) OR contains(contact_name, '@') THEN 1
            -- guard: couple
            WHEN row_no IN (SELECT h.row_no FROM households AS h) THEN 1
            -- end guard
            ELSE len(people)
        END AS names,
        CASE WHEN folded(contact_customer_no) <> '' THEN folded(contact_customer_no) END AS number_key,
        CASE WHEN folded(contact_name) <> '' THEN list_sort(string_split(folded(contact_name), ' ')) END AS name_key,
        coalesce(contact_phone, contact_email) IS NOT NULL AS has_contact
    FROM parts
),
counted AS (
    SELECT
        bin_group_no,
        greatest(max(numbers), max(names), count(DISTINCT number_key), CASE WHEN count(DISTINCT number_key) = 1 THEN 1 ELSE count(DISTINCT name_key) END) AS contacts,
        bool_or(has_contact) AS has_contact
    FROM persons
    GROUP BY bin_group_no
)
SELECT
    [subject('bin_groups', c.bin_group_no)] AS subjects,
    {'bin_group_no': c.bin_group_no, 'contacts': c.contacts, 'has_phone_or_email': c.has_contact} AS evidence
FROM counted AS c
INNER JOIN group_hosts AS h USING (bin_group_no)
WHERE
    c.contacts <> 1
    -- guard: area_point
    AND NOT (h.is_area_point AND c.contacts = 0)
    -- end guard
