-- The cell of a full name: its group (of persons: how many hold it), and how rare it is, in steps of two bits (`parameters.py` gives
-- the numbers of both).
CREATE OR REPLACE TEMP MACRO name_cell(name_group, frequency) AS (
    name_group * 16 + CAST(greatest(0, least(15, round(-log2(frequency) / 2) - 2)) AS INTEGER)
);
