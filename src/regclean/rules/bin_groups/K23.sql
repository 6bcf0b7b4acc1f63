-- id = "K23"
-- title.fi = "Osakas maksaa omasta astiasta ja osuudesta"
-- title.sv = "Delägaren betalar både för eget kärl och för sin andel"
-- title.en = "A member pays for an own bin and for a share"
-- summary.fi = "Kimpan {bin_group_no} rivin {member_no} osakas maksaa {share_percent} % osuuden, ja asiakasta {customer_no} laskutetaan myös omasta astiasta {service_no} (viimeksi {last_bill_on})."
-- summary.sv = "Delägaren på rad {member_no} i {bin_group_no} betalar {share_percent} %, och kund {customer_no} faktureras dessutom för det egna kärlet {service_no} (senast {last_bill_on})."
-- summary.en = "The member on line {member_no} of {bin_group_no} pays a share of {share_percent} %, and customer {customer_no} is billed for an own bin {service_no} too (last {last_bill_on})."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Tarkista laskutus ja kysy, mistä alkaen oma astia on tarpeeton."
-- asks.sv = "Kontrollera faktureringen och fråga från vilken dag det egna kärlet är onödigt."
-- asks.en = "Check the billing and ask from which day the own bin is needless."
-- way = "call"
-- why = "Somebody pays twice for the same waste: a wrong bill comes before everything else."
-- subjects = "bin_groups, bin_group_members, services, customers"
-- uses = ["macros", "history", "bins_of_groups"]
-- parameters = ["shared_bins.double_bill_months"]
-- [guards]
-- base_fee = "A base fee is due from every member and is no bill for a bin."
SELECT
    [subject('bin_groups', o.bin_group_no), subject('bin_group_members', o.line), subject('services', o.service_no), subject('customers', o.customer_no)] AS subjects,
    {
        'bin_group_no': o.bin_group_no, 'member_no': o.member_no, 'service_no': o.service_no, 'customer_no': o.customer_no,
        'share_percent': o.share_percent, 'last_bill_on': b.last_on,
        'basis': {'service_no': o.service_no, 'share_percent': o.share_percent, 'member_since': o.from_on}
    } AS evidence,
    CASE WHEN o.from_on IS NOT NULL THEN [change('services', o.service_no, 'end_on', o.from_on)] END AS proposal
FROM own_bins AS o
INNER JOIN (
    SELECT service_no, max(last_on) AS last_on
    FROM (
        SELECT s.service_no, e.observed_on AS last_on
        FROM evidence AS e
        INNER JOIN services AS s USING (customer_no)
        WHERE
            e.signal = 'invoice' AND e.observed_on <= CAST($as_of AS DATE)
            -- guard: base_fee
            -- The base fee is due from every member; it is no bill for a bin.
            AND NOT coalesce(regexp_matches(folded(e.detail), 'perusmaksu|ekomaksu|grundavgift|base fee|basic fee'), FALSE)
            -- end guard
        UNION ALL
        -- A bill that says what it is for.
        SELECT service_no, last_on FROM service_bills
    )
    WHERE last_on > CAST($as_of AS DATE) - to_months($double_bill_months)
    GROUP BY service_no
) AS b ON b.service_no = o.service_no AND coalesce(b.last_on > o.from_on, TRUE)
WHERE
    o.billing = 'split' AND o.share_percent > 0
    AND NOT o.is_host AND NOT o.is_paused AND o.end_on IS NULL
