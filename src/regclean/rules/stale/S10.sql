-- id = "S10"
-- title.fi = "Rakennus on purettu, tuhoutunut tai hylätty"
-- title.sv = "Byggnaden är riven, förstörd eller övergiven"
-- title.en = "The building is demolished, destroyed or abandoned"
-- summary.fi = "Kohteen {site_no} rakennuksen tila on {building_state}, mutta asiakkaalla {customer_no} on siellä voimassa olevia palveluja: {services}."
-- summary.sv = "Byggnaden på objektet {site_no} har statusen {building_state}, men kund {customer_no} har gällande tjänster där: {services}."
-- summary.en = "The building at site {site_no} has state {building_state}, but customer {customer_no} has services there: {services}."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Pyydä omistajalta tai viranomaiselta selvitys, ettei kohdetta voi käyttää."
-- asks.sv = "Be ägaren eller myndigheten intyga att objektet inte kan användas."
-- asks.en = "Ask the owner or the authority for proof that the site cannot be used."
-- way = "letter"
-- why = "Nothing is collected from a building that is gone. The authority accepts only what is proven unusable, so the end is proposed to a person, never done."
-- subjects = "customers, sites"
-- uses = ["active_services"]
SELECT
    [subject('customers', s.customer_no), subject('sites', s.site_no)] AS subjects,
    {
        'customer_no': s.customer_no, 'site_no': s.site_no, 'building_state': any_value(s.building_state),
        'services': list(s.service_no ORDER BY s.service_no), 'last_emptied_on': max(s.last_emptied_on),
        'basis': {'building_state': any_value(s.building_state), 'services': list(s.service_no ORDER BY s.service_no)}
    } AS evidence
FROM active_services AS s
INNER JOIN customers AS c ON c.customer_no = s.customer_no
WHERE s.building_state IN ('06', '07', '08', '09')
GROUP BY s.customer_no, s.site_no
