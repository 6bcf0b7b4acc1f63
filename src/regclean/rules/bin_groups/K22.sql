-- id = "K22"
-- title.fi = "Listaa ei ole vahvistettu pitkään aikaan"
-- title.sv = "Listan har inte bekräftats på länge"
-- title.en = "The list was not confirmed for long"
-- summary.fi = "Kimpan {bin_group_no} lista on vahvistettu viimeksi {confirmed_on}."
-- summary.sv = "Listan för det gemensamma kärlet {bin_group_no} bekräftades senast {confirmed_on}."
-- summary.en = "The list of shared bin {bin_group_no} was last confirmed {confirmed_on}."
-- severity = "info"
-- ends_in = "figure"
-- why = "Members come and go; a list that nobody confirmed for two years is probably wrong somewhere."
-- subjects = "bin_groups"
-- uses = ["shared_bins"]
-- parameters = ["shared_bins.confirmation_months"]
-- [guards]
-- young = "A shared bin that began lately needs no confirmation yet."
-- area_point = "An area collection point has no list to confirm."
SELECT
    [subject('bin_groups', g.bin_group_no)] AS subjects,
    {'bin_group_no': g.bin_group_no, 'confirmed_on': g.confirmed_on, 'start_on': g.start_on} AS evidence
FROM standing_groups AS g
INNER JOIN group_hosts AS h USING (bin_group_no)
WHERE
    -- guard: young
    coalesce(g.confirmed_on, g.start_on, DATE '0001-01-01') < CAST($as_of AS DATE) - to_months($confirmation_months) AND
    -- end guard
    coalesce(g.confirmed_on, DATE '0001-01-01') < CAST($as_of AS DATE) - to_months($confirmation_months)
    -- guard: area_point
    AND NOT h.is_area_point
    -- end guard
