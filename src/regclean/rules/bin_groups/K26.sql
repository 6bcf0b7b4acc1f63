-- id = "K26"
-- title.fi = "Sama osakas kahdella asiakasnumerolla"
-- title.sv = "Samma delägare med två kundnummer"
-- title.en = "One member under two customer numbers"
-- summary.fi = "Kimpan {bin_group_no} rivit {member_no} ja {other_member_no} ovat sama asiakas numeroilla {customer_no} ja {other_customer_no}."
-- summary.sv = "Raderna {member_no} och {other_member_no} för {bin_group_no} är samma kund under numren {customer_no} och {other_customer_no}."
-- summary.en = "Lines {member_no} and {other_member_no} of {bin_group_no} are one party under the numbers {customer_no} and {other_customer_no}."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Ratkaise ensin, ovatko asiakkaat samat."
-- asks.sv = "Avgör först om kunderna är en och samma."
-- asks.en = "Decide first whether the customers are one."
-- way = "look_up"
-- why = "A party that is in the register twice got onto the list twice: the duplicate is decided first, then one line goes."
-- subjects = "bin_groups, bin_group_members, customers"
-- uses = ["macros", "members"]
-- [guards]
-- by_name_alone = "Two accounts of one name at different places are namesakes as likely as one party, until somebody decides."
-- two_names = "Lines that name two people are two members, whatever their accounts have in common."
-- namesake = "A father and a son of one name and address with different birth dates are two."
WITH lines AS (
    SELECT * FROM active_members
),
-- Probably one, and nobody has decided it yet.
probable AS (
    SELECT customer_no_l, customer_no_r
    FROM pairs
    WHERE
        relation IN ('same', 'unsure') AND match_probability >= 0.5
        -- guard: by_name_alone
        AND NOT coalesce(ends_with(evidence, 'elsewhere'), FALSE)
        -- end guard
),
parties AS (
    SELECT l.*, coalesce(k.cluster_id, l.own_no) AS party, c.birth_date, c.m_given AS own_given, c.m_last AS own_last
    FROM lines AS l
    LEFT JOIN clusters AS k ON k.customer_no = l.own_no
    LEFT JOIN customers AS c ON c.customer_no = l.own_no
    WHERE l.own_no IS NOT NULL
)
SELECT
    [subject('bin_groups', a.bin_group_no), subject('bin_group_members', a.line), subject('bin_group_members', b.line), subject('customers', a.own_no), subject('customers', b.own_no)] AS subjects,
    {
        'bin_group_no': a.bin_group_no, 'member_no': a.member_no, 'other_member_no': b.member_no, 'customer_no': a.own_no,
        'other_customer_no': b.own_no
    } AS evidence,
    CASE WHEN b.party = a.party THEN [removed_row('bin_group_members', b.line)] END AS proposal
FROM parties AS a
INNER JOIN parties AS b ON b.bin_group_no = a.bin_group_no AND b.line > a.line AND b.own_no <> a.own_no
WHERE
    (
        b.party = a.party
        OR EXISTS (
            SELECT 1 FROM probable AS p
            WHERE p.customer_no_l = least(a.own_no, b.own_no) AND p.customer_no_r = greatest(a.own_no, b.own_no)
            -- guard: two_names
            AND (len(a.m_given) = 0 OR len(b.m_given) = 0 OR names_person(list_append(b.m_given, b.m_last), a.m_given, a.m_last))
            -- end guard
        )
        OR (
            a.m_first = b.m_first AND a.m_last = b.m_last AND a.m_street = b.m_street AND a.m_house IS NOT DISTINCT FROM b.m_house
            AND a.m_house_letter IS NOT DISTINCT FROM b.m_house_letter
            AND NOT a.proxy_address AND NOT b.proxy_address
            -- A line may name a couple of which the other line names one.
            AND names_person(list_append(b.m_given, b.m_last), a.own_given, a.own_last)
            AND names_person(list_append(a.m_given, a.m_last), b.own_given, b.own_last)
            -- guard: namesake
            AND coalesce(a.birth_date = b.birth_date, TRUE)
            -- end guard
        )
    )
