-- id = "F27"
-- title.fi = "Asiakassuhteen luokka poikkeaa tapahtumista"
-- title.sv = "Kundrelationens klass avviker från det som hänt"
-- title.en = "The class of the relationship differs from what happened"
-- summary.fi = "{count} {count?asiakas on|asiakasta on} rekisterissä {relationship}, mutta tapahtumien mukaan {computed}: {reason}. Muutos koskisi {services} palvelua."
-- summary.sv = "{count} {count?kund är|kunder är} {relationship} i registret men {computed} enligt det som hänt: {reason}. En ändring skulle beröra {services} tjänster."
-- summary.en = "{count} {count?customer is|customers are} {relationship} in the register but {computed} by what happened: {reason}. A change would touch {services} services."
-- severity = "info"
-- ends_in = "figure"
-- why = "Key, regular, occasional, potential and former follow from contracts, shared bins, emptyings, bills and contacts of the stated periods. Where the register says otherwise, it is one group for each change of class, not a case for each customer; a key customer is never downgraded by itself."
-- subjects = "sources"
-- uses = ["relationship"]
-- [guards]
-- not_kept = "A customer whose class the register does not keep differs in nothing."
-- may_share = "Whom an unsettled line of a list may be, may share a bin: what the class is, is known when the line is settled."
SELECT
    [source_subject('customers', concat_ws('/', coalesce(relationship, '-'), computed, reason))] AS subjects,
    {
        'relationship': relationship, 'computed': computed, 'reason': reason, 'count': count(*), 'services': CAST(sum(services) AS INTEGER),
        'customers': list(customer_no ORDER BY customer_no), 'basis': {'relationship': relationship, 'computed': computed, 'reason': reason}
    } AS evidence
FROM computed_relationships
WHERE
    relationship IS DISTINCT FROM computed
    -- guard: not_kept
    AND relationship IS NOT NULL
    -- end guard
    -- guard: may_share
    AND (computed IN ('key', 'regular') OR NOT may_share)
    -- end guard
GROUP BY relationship, computed, reason
