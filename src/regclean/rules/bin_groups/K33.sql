-- id = "K33"
-- title.fi = "Vastauksessa on sanallinen viesti"
-- title.sv = "Svaret innehåller ett meddelande"
-- title.en = "An answer holds a message in words"
-- summary.fi = "Kimpan {bin_group_no} vastauksessa {reported_on} on viesti, joka pitää lukea."
-- summary.sv = "Svaret {reported_on} om det gemensamma kärlet {bin_group_no} innehåller ett meddelande som ska läsas."
-- summary.en = "The answer of {reported_on} about shared bin {bin_group_no} holds a message that somebody reads."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Lue vastauksen viesti kimpan sivulta ja tee, mitä se vaatii."
-- asks.sv = "Läs meddelandet på kärlets sida och gör vad det kräver."
-- asks.en = "Read the message on the shared bin's page and do what it takes."
-- way = "look_up"
-- why = "Words are for people: no rule reads them, and none is lost."
-- subjects = "bin_groups"
-- uses = ["reported"]
SELECT
    [subject('bin_groups', bin_group_no)] AS subjects,
    {'bin_group_no': bin_group_no, 'reported_on': max(reported_on), 'basis': {'answers': list(value ORDER BY value)}} AS evidence
FROM reported_cells
WHERE line = '' AND column_name = 'words'
GROUP BY bin_group_no
