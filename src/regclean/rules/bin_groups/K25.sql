-- id = "K25"
-- title.fi = "Osakkaille ei ole kerrottu tietojen saamisesta"
-- title.sv = "Delägarna har inte informerats om att deras uppgifter lämnats"
-- title.en = "Members were not told where their data came from"
-- summary.fi = "Kimpan {bin_group_no} {lines?rivin|rivien} {lines} {lines?osakkaalle|osakkaille} ei ole merkitty informointia."
-- summary.sv = "Information till {lines?delägaren på raden|delägarna på raderna} {lines} för {bin_group_no} är inte antecknad."
-- summary.en = "For {lines?line|lines} {lines} of shared bin {bin_group_no} it is not recorded that the {lines?member was|members were} told."
-- severity = "review"
-- ends_in = "figure"
-- why = "Data that came from the contact person must be told to the member within a month (GDPR article 14)."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "members", "contacts"]
-- parameters = ["shared_bins.inform_days"]
-- [guards]
-- contact_person = "The contact person gave the data and knows."
-- not_due = "There is a month to tell a new member."
SELECT
    [subject('bin_groups', m.bin_group_no)] || list(subject('bin_group_members', m.line)) AS subjects,
    {'bin_group_no': m.bin_group_no, 'lines': list(m.member_no ORDER BY m.member_no)} AS evidence
FROM active_members AS m
LEFT JOIN group_contacts AS k USING (bin_group_no)
WHERE
    m.informed_on IS NULL
    -- guard: contact_person
    AND coalesce(m.customer_no <> k.customer_no, TRUE)
    AND coalesce(list_sort(string_split(folded(m.name), ' ')) <> list_sort(string_split(folded(k.contact_name), ' ')), TRUE)
    AND NOT names_person(string_split(folded(k.contact_name), ' '), m.m_given, m.m_last)
    -- end guard
    -- guard: not_due
    AND coalesce(m.from_on <= CAST($as_of AS DATE) - to_days($inform_days), TRUE)
    -- end guard
GROUP BY m.bin_group_no
