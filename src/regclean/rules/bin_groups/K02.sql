-- id = "K02"
-- title.fi = "Kimpan yhteyshenkilöä ei löydy rekisteristä"
-- title.sv = "Den ansvariga personen finns inte i registret"
-- title.en = "The contact person is not in the register"
-- summary.fi = "Kimpan {bin_group_no} yhteyshenkilöä[ (asiakasnumero {contact_customer_no})] ei ole rekisterissä."
-- summary.sv = "Den ansvariga för det gemensamma kärlet {bin_group_no}[ (kundnummer {contact_customer_no})] finns inte i registret."
-- summary.en = "The contact person of shared bin {bin_group_no}[ (customer number {contact_customer_no})] is not in the register."
-- severity = "error"
-- ends_in = "task"
-- asks.fi = "Selvitä, kuka yhteyshenkilö on, tai pyydä osakkaita nimeämään uusi."
-- asks.sv = "Ta reda på vem den ansvariga är eller be delägarna utse en ny."
-- asks.en = "Find out who the contact person is, or ask the members to name another."
-- way = "look_up"
-- why = "Only the contact person may report changes. Without one in the register nobody can be asked, and bills and letters about the shared bin have no addressee."
-- subjects = "bin_groups"
-- uses = ["contacts"]
-- [guards]
-- known_by_name = "A contact without a number who is found among the bin's own people, or by name with phone or e-mail, is in the register."
SELECT
    [subject('bin_groups', k.bin_group_no)] AS subjects,
    {
        'bin_group_no': k.bin_group_no, 'contact_customer_no': k.customer_no_given, 'contact_name': k.contact_name,
        'contact_phone': k.contact_phone, 'contact_email': k.contact_email
    } AS evidence
FROM group_contacts AS k
LEFT JOIN customers AS c ON c.customer_no = k.customer_no_given
WHERE
    c.customer_no IS NULL
    AND (k.customer_no_given IS NOT NULL OR k.contact_name IS NOT NULL)
    -- guard: known_by_name
    AND k.customer_no IS NULL AND k.parties_of_that_name = 0
    -- end guard
