-- id = "S21"
-- title.fi = "Asiakkuus siirtyy seuraajalle"
-- title.sv = "Kundförhållandet går över till efterträdaren"
-- title.en = "The account is handed over to who follows"
-- summary.fi = "Asiakkaan {old_no} jälkeen kohteissa {sites} on {new_no}, mutta vanhalla on yhä {parts} {parts?asia|asiaa}: roolit, palvelut ja kimpat siirretään kerralla.[ Avoimet laskut: {open_bills}.][ Avoimet reklamaatiot: {open_complaints}.][ Kompostointi-ilmoitus päättyy: {compost_notices}; seuraaja tekee omansa.]"
-- summary.sv = "Efter kund {old_no} är {new_no} på objekten {sites}, men den gamla har ännu {parts} {parts?sak|saker}: roller, tjänster och gemensamma kärl flyttas på en gång.[ Öppna fakturor: {open_bills}.][ Öppna reklamationer: {open_complaints}.][ Komposteringsanmälan upphör: {compost_notices}; efterträdaren gör en egen.]"
-- summary.en = "After customer {old_no}, {new_no} is at the sites {sites}, but the old one still has {parts} {parts?thing|things}: roles, services and shared bins move at once.[ Open bills: {open_bills}.][ Open complaints: {open_complaints}.][ The notice of composting ends: {compost_notices}; who follows gives a new one.]"
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Selvitä, mitä vanhalta asiakkaalta siirtyy ja mistä päivästä."
-- asks.sv = "Ta reda på vad som går över från den gamla kunden och från vilken dag."
-- asks.en = "Find out what moves from the old customer and from which day."
-- way = "call"
-- why = "Who follows at a site takes over everything there on one day: roles, contracts, the shared bin, the line of its list. Bits that stay behind bill and ask somebody who is gone. Whoever has nothing left ends."
-- subjects = "customers, sites"
-- uses = ["macros", "current_roles", "active_services", "members", "contacts", "succession", "handover"]
-- [guards]
-- sale = "A sale that was told moves what hangs on it by itself (S03), unless somebody said who follows."
-- elsewhere = "Who keeps another site, contract or shared bin goes on as a customer."
WITH leaving AS (
    SELECT h.*, any_value(s.from_on) AS from_on, bool_or(s.is_decided) AS is_decided
    FROM handover_changes AS h INNER JOIN successions AS s USING (old_no, new_no)
    GROUP BY ALL
),
judged AS (
    SELECT
        l.*,
        coalesce(o.status <> 'ended', TRUE)
            -- guard: elsewhere
            AND NOT EXISTS (SELECT 1 FROM current_roles AS r WHERE r.customer_no = l.old_no AND NOT list_bool_or([cell."table" = 'site_roles' AND cell.key = row_key(r.customer_no, r.site_no, r.role) FOR cell IN l.changes]))
            AND NOT EXISTS (SELECT 1 FROM active_services AS v WHERE v.customer_no = l.old_no AND NOT list_bool_or([cell."table" = 'services' AND cell.key = v.service_no FOR cell IN l.changes]))
            AND NOT EXISTS (SELECT 1 FROM group_contacts AS k WHERE k.customer_no = l.old_no AND NOT list_bool_or([cell."table" = 'bin_groups' AND cell.key = k.bin_group_no FOR cell IN l.changes]))
            AND NOT EXISTS (SELECT 1 FROM active_members AS m WHERE m.own_no = l.old_no AND NOT list_bool_or([cell."table" = 'bin_group_members' AND cell.key = m.line FOR cell IN l.changes]))
            -- end guard
            AS ends
    FROM leaving AS l INNER JOIN customers AS o ON o.customer_no = l.old_no
)
SELECT
    [subject('customers', l.old_no), subject('customers', l.new_no)] || [subject('sites', site) FOR site IN l.sites] AS subjects,
    {
        'customer_no': l.old_no, 'old_no': l.old_no, 'new_no': l.new_no, 'sites': l.sites, 'from_on': l.from_on, 'parts': l.parts, 'ends': l.ends,
        'open_bills': b.bills, 'open_euros': b.euros, 'open_complaints': k.complaints,
        'compost_notices': [cell.key FOR cell IN l.changes IF cell."table" = 'services' AND cell."column" = 'end_on'],
        'basis': {'old_no': l.old_no, 'new_no': l.new_no, 'sites': l.sites, 'parts': l.parts, 'open_bills': coalesce(b.bills, [])}
    } AS evidence,
    l.changes || CASE WHEN l.ends THEN [change('customers', l.old_no, 'status', 'ended')] ELSE [] END AS proposal
FROM judged AS l
LEFT JOIN open_bills AS b ON b.customer_no = l.old_no
LEFT JOIN open_complaints AS k ON k.customer_no = l.old_no
WHERE
    TRUE
    -- guard: sale
    AND (l.is_decided OR l.old_no NOT IN (SELECT customer_no FROM sales_told))
    -- end guard
