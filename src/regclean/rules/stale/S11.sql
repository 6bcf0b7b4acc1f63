-- id = "S11"
-- title.fi = "Rakennus on tyhjillään"
-- title.sv = "Byggnaden står tom"
-- title.en = "The building is vacant"
-- summary.fi = "Kohteen {site_no} rakennus on tyhjillään; asiakkaalla {customer_no} on siellä palveluja: {services}."
-- summary.sv = "Byggnaden på objektet {site_no} står tom; kund {customer_no} har tjänster där: {services}."
-- summary.en = "The building at site {site_no} is vacant; customer {customer_no} has services there: {services}."
-- severity = "info"
-- ends_in = "figure"
-- why = "A vacant building may explain silence. It is no release from the duty to have waste collected."
-- subjects = "customers, sites"
-- uses = ["active_services"]
SELECT
    [subject('customers', s.customer_no), subject('sites', s.site_no)] AS subjects,
    {
        'customer_no': s.customer_no, 'site_no': s.site_no, 'building_state': '05',
        'services': list(s.service_no ORDER BY s.service_no)
    } AS evidence
FROM active_services AS s
INNER JOIN customers AS c ON c.customer_no = s.customer_no
WHERE s.building_state = '05'
GROUP BY s.customer_no, s.site_no
