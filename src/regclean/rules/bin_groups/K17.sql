-- id = "K17"
-- title.fi = "Laskua jaetaan, vaikka se ei ole sallittua"
-- title.sv = "Räkningen delas fast det inte är tillåtet"
-- title.en = "The bill is split where it may not be"
-- summary.fi = "Kimpan {bin_group_no} lasku jaetaan, vaikka osakkaina on {permanent} vakituista ja {leisure} vapaa-ajan kohdetta."
-- summary.sv = "Räkningen för det gemensamma kärlet {bin_group_no} delas fast delägarna är {permanent} fasta bostäder och {leisure} fritidsbostäder."
-- summary.en = "The bill of shared bin {bin_group_no} is split among {permanent} permanent and {leisure} leisure homes."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Pyydä osakkaita nimeämään yksi maksaja."
-- asks.sv = "Be delägarna utse en betalare."
-- asks.en = "Ask the members to name one payer."
-- way = "letter"
-- why = "Some companies never split a bill between permanent and leisure homes, or at all: one of the members must be the payer."
-- subjects = "bin_groups"
-- uses = ["members"]
-- parameters = ["shared_bins.split_allowed", "shared_bins.mixed_use_split"]
-- [guards]
-- one_payer = "One payer may pay for both kinds of homes."
WITH uses AS (
    SELECT
        bin_group_no, any_value(billing) AS billing, count(*) FILTER (use = 'permanent') AS permanent,
        count(*) FILTER (use = 'leisure') AS leisure
    FROM active_members
    GROUP BY bin_group_no
)
SELECT
    [subject('bin_groups', bin_group_no)] AS subjects,
    {'bin_group_no': bin_group_no, 'permanent': permanent, 'leisure': leisure, 'billing': billing} AS evidence
FROM uses
WHERE
    (NOT $split_allowed OR (NOT $mixed_use_split AND permanent > 0 AND leisure > 0))
    -- guard: one_payer
    AND billing = 'split'
    -- end guard
