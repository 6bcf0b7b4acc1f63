-- id = "S20"
-- title.fi = "Asiakkaalla ei ole kohdetta"
-- title.sv = "Kunden har inget objekt"
-- title.en = "A customer has no site"
-- summary.fi = "Asiakkaalla {customer_no} ei ole kohdetta, palvelua eikä kimppaa[, mutta viimeisin lasku on {last_bill_on}]."
-- summary.sv = "Kund {customer_no} har varken objekt, tjänst eller gemensamt kärl[, men den senaste fakturan är {last_bill_on}]."
-- summary.en = "Customer {customer_no} has neither site, service nor shared bin[, but was last billed {last_bill_on}]."
-- severity = "review"
-- severities = ["info"]
-- ends_in = "task"
-- asks.fi = "Selvitä, mitä kohdetta lasku koskee, tai päätä asiakkuus."
-- asks.sv = "Ta reda på vilket objekt fakturan gäller, eller avsluta kundförhållandet."
-- asks.en = "Find out which site the bill is for, or end the account."
-- way = "look_up"
-- why = "Who is billed is billed for something: its site fell out of the register, or the bill is wrong. Without bills it is counted and asked about in a yearly round."
-- subjects = "customers"
-- uses = ["history", "current_roles", "shared_bins", "members", "contacts"]
-- parameters = ["stale.history_months", "joining.joining_new_months"]
-- [guards]
-- payer = "Who pays or manages for somebody else has a site in that role."
-- shared_bin = "The host, the contact person and the members of a shared bin belong to it."
-- same_party = "Another account of the same party has the site: that is a duplicate."
-- potential = "A potential customer has no site yet."
-- new = "A new customer's contract is still being made."
WITH belonging AS (
    SELECT customer_no FROM customer_sites
    UNION
    SELECT customer_no FROM services WHERE coalesce(end_on > CAST($as_of AS DATE), TRUE)
    -- guard: payer
    UNION
    SELECT customer_no FROM current_roles
    -- end guard
    -- guard: shared_bin
    UNION
    SELECT customer_no FROM active_members WHERE customer_no IS NOT NULL
    UNION
    SELECT customer_no FROM group_contacts WHERE customer_no IS NOT NULL
    UNION
    SELECT host_customer_no FROM group_hosts WHERE host_customer_no IS NOT NULL
    -- end guard
)
SELECT
    [subject('customers', c.customer_no)] AS subjects,
    {
        'customer_no': c.customer_no, 'kind': c.kind, 'relationship': c.relationship, 'last_bill_on': b.last_on,
        'basis': {'is_billed': b.last_on IS NOT NULL}
    } AS evidence,
    CASE WHEN b.last_on IS NULL THEN 'info' END AS severity,
    CASE WHEN b.last_on IS NULL THEN 'figure' END AS ends_in
FROM customers AS c
LEFT JOIN (
    SELECT customer_no, last_on FROM customer_bills WHERE last_on > CAST($as_of AS DATE) - to_months($history_months)
) AS b USING (customer_no)
WHERE
    coalesce(c.status <> 'ended', TRUE) AND coalesce(c.relationship <> 'former', TRUE)
    AND c.customer_no NOT IN (SELECT customer_no FROM belonging)
    -- guard: same_party
    AND NOT EXISTS (
        SELECT 1 FROM clusters AS a INNER JOIN clusters AS o USING (cluster_id)
        WHERE a.customer_no = c.customer_no AND o.customer_no IN (SELECT customer_no FROM belonging)
    )
    -- end guard
    -- guard: potential
    AND coalesce(c.relationship <> 'potential', TRUE)
    -- end guard
    -- guard: new
    AND coalesce(c.created_on < CAST($as_of AS DATE) - to_months($joining_new_months), TRUE)
    -- end guard
