-- id = "K13"
-- title.fi = "Osakkaan yhteystieto on yhteyshenkilön"
-- title.sv = "Delägarens kontaktuppgift är den ansvarigas"
-- title.en = "A member's phone or e-mail is the contact person's"
-- summary.fi = "Kimpan {bin_group_no} {lines?rivillä|riveillä} {lines} on yhteyshenkilön puhelin tai sähköposti."
-- summary.sv = "{lines?Raden|Raderna} {lines} för det gemensamma kärlet {bin_group_no} har den ansvariga personens telefon eller e-post."
-- summary.en = "{lines?Line|Lines} {lines} of shared bin {bin_group_no} {lines?carries|carry} the contact person's phone or e-mail."
-- severity = "info"
-- ends_in = "change"
-- why = "The contact person's phone or e-mail on another's line says nothing about that member: it is flagged as proxy_contact and left out of matching, and taken off the line."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "members", "contacts"]
-- [guards]
-- own_line = "The contact person's own line has the contact person's own phone."
WITH proxies AS (
    SELECT
        m.bin_group_no, m.member_no, m.line,
        m.proxy_phone OR coalesce(m.phone = k.contact_phone, FALSE) AS phone,
        m.proxy_email OR coalesce(lower(m.email) = lower(k.contact_email), FALSE) AS email
    FROM active_members AS m
    INNER JOIN group_contacts AS k USING (bin_group_no)
    WHERE
        (m.phone IS NOT NULL OR m.email IS NOT NULL)
        -- guard: own_line
        AND coalesce(m.customer_no <> k.customer_no, TRUE)
        AND coalesce(list_sort(string_split(folded(m.name), ' ')) <> list_sort(string_split(folded(k.contact_name), ' ')), TRUE)
        AND NOT names_person(string_split(folded(k.contact_name), ' '), m.m_given, m.m_last)
        -- end guard
)
SELECT
    [subject('bin_groups', bin_group_no)] || list(subject('bin_group_members', line)) AS subjects,
    {
        'bin_group_no': bin_group_no, 'lines': list(member_no ORDER BY member_no),
        'proxy_contact': list({'member_no': member_no, 'phone': phone, 'email': email} ORDER BY member_no)
    } AS evidence,
    flatten(list(
        CASE WHEN phone THEN [change('bin_group_members', line, 'phone', NULL)] ELSE [] END
        || CASE WHEN email THEN [change('bin_group_members', line, 'email', NULL)] ELSE [] END
        ORDER BY line
    )) AS proposal
FROM proxies
WHERE phone OR email
GROUP BY bin_group_no
