-- id = "F18"
-- title.fi = "Yhteyshenkilön asiakasnumero puuttuu, mutta henkilö löytyy"
-- title.sv = "Den ansvarigas kundnummer saknas, men personen finns"
-- title.en = "The contact person's number is missing, but the person is known"
-- summary.fi = "Kimpan {bin_group_no} yhteyshenkilö on asiakas {customer_no} (peruste: {found_by})."
-- summary.sv = "Den ansvariga för {bin_group_no} är kund {customer_no} (grund: {found_by})."
-- summary.en = "The contact person of {bin_group_no} is customer {customer_no} (found by {found_by})."
-- severity = "info"
-- ends_in = "change"
-- why = "With the customer number of the contact person, bills, letters and changes find their way."
-- subjects = "bin_groups"
-- uses = ["macros", "contacts"]
SELECT
    [subject('bin_groups', bin_group_no, 'contact_customer_no')] AS subjects,
    {'bin_group_no': bin_group_no, 'column': 'contact_customer_no', 'customer_no': customer_no, 'found_by': string_split(basis, '+')} AS evidence,
    [change('bin_groups', bin_group_no, 'contact_customer_no', customer_no)] AS proposal
FROM group_contacts
WHERE customer_no IS NOT NULL AND basis <> 'number'
