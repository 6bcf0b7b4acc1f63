-- id = "F17"
-- title.fi = "Turvakiellon asiakas on kimppalistalla"
-- title.sv = "En kund med spärrmarkering finns på en lista"
-- title.en = "A protected customer is on a shared-bin list"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} asiakkaalla on turvakielto."
-- summary.sv = "Kunden på rad {member_no} för {bin_group_no} har spärrmarkering."
-- summary.en = "The customer on line {member_no} of shared bin {bin_group_no} is protected."
-- severity = "error"
-- ends_in = "task"
-- asks.fi = "Sovi asia suojatun asiakkaan kanssa kahden kesken."
-- asks.sv = "Kom överens med den skyddade kunden på tu man hand."
-- asks.en = "Settle it with the protected customer alone."
-- way = "call"
-- why = "The list with name and address passes through the contact person's hands: it must be settled with the protected customer alone, in the restricted queue."
-- subjects = "customers, bin_group_members"
-- uses = ["members"]
SELECT
    [subject('customers', c.customer_no, 'non_disclosure'), subject('bin_group_members', m.line, 'name')] AS subjects,
    {'customer_no': c.customer_no, 'bin_group_no': m.bin_group_no, 'member_no': m.member_no} AS evidence
FROM active_members AS m
INNER JOIN customers AS c ON c.customer_no = m.customer_no
WHERE c.non_disclosure
