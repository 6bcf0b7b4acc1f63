-- id = "K12"
-- title.fi = "Osakkaalla ei ole asiakasnumeroa"
-- title.sv = "Delägaren saknar kundnummer"
-- title.en = "A listed member has no customer number"
-- summary.fi = "Kimpan {bin_group_no} rivillä {member_no} ei ole voimassa olevaa asiakasnumeroa. Ehdotus: {link_state}[ {customer_no}]."
-- summary.sv = "Raden {member_no} för det gemensamma kärlet {bin_group_no} saknar giltigt kundnummer. Förslag: {link_state}[ {customer_no}]."
-- summary.en = "Line {member_no} of shared bin {bin_group_no} has no valid customer number. Proposed: {link_state}[ {customer_no}]."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Kysy yhteyshenkilöltä, kuka rivin osakas on."
-- asks.sv = "Fråga den ansvariga vem delägaren på raden är."
-- asks.en = "Ask the contact person who the member on the line is."
-- way = "call"
-- why = "A member without a customer cannot be billed, told or asked. The line is joined to the customer it is about, or a customer is made from it; what the contact person said never overwrites what customers said themselves."
-- subjects = "bin_groups, bin_group_members"
-- uses = ["macros", "members"]
-- [guards]
-- household = "The number of somebody of the same household, or of another account of the same party, is no wrong one."
WITH lines AS (
    SELECT m.*, m.match_probability AS probability, 'new:' || m.line AS new_key
    FROM active_members AS m
    WHERE
        NOT m.given_is_known
        -- The number is somebody else's: neither the line's name nor its address is that customer's.
        OR (
            m.link_state = 'linked' AND m.own_no = m.customer_no AND m.customer_no <> m.customer_no_given
            -- guard: household
            AND NOT EXISTS (
                SELECT 1 FROM pairs AS p
                WHERE p.customer_no_l = least(m.customer_no, m.customer_no_given) AND p.customer_no_r = greatest(m.customer_no, m.customer_no_given)
                AND (p.relation IN ('household', 'same', 'successor', 'related') OR p.match_probability >= 0.5)
            )
            -- end guard
        )
)
SELECT
    [subject('bin_groups', bin_group_no), subject('bin_group_members', line)] AS subjects,
    {
        'bin_group_no': bin_group_no, 'member_no': member_no, 'customer_no_given': customer_no_given,
        'link_state': link_state, 'customer_no': customer_no, 'name': name, 'candidates': CAST(candidates AS JSON),
        'basis': {'name': name, 'customer_no_given': customer_no_given, 'link_state': link_state, 'customer_no': customer_no}
    } AS evidence,
    CASE
        WHEN link_state = 'linked' AND customer_no IS NOT NULL
            THEN [change('bin_group_members', line, 'customer_no', customer_no)]
        WHEN link_state = 'new'
            THEN list_filter(
                [
                    new_cell('customers', new_key, 'kind', kind),
                    new_cell('customers', new_key, 'name', name),
                    new_cell('customers', new_key, 'street_address', CASE WHEN NOT proxy_address THEN street_address END),
                    new_cell('customers', new_key, 'postal_code', CASE WHEN NOT proxy_address THEN postal_code END),
                    new_cell('customers', new_key, 'city', CASE WHEN NOT proxy_address THEN city END),
                    new_cell('customers', new_key, 'phone', CASE WHEN NOT proxy_phone THEN phone END),
                    new_cell('customers', new_key, 'email', CASE WHEN NOT proxy_email THEN email END),
                    new_cell('customers', new_key, 'contact_source', 'contact_person')
                ],
                lambda cell: cell.after IS NOT NULL
            ) || [change('bin_group_members', line, 'customer_no', new_key)]
    END AS proposal,
    probability AS score,
    CASE WHEN given_is_known THEN 'info' ELSE 'review' END AS severity
FROM lines
