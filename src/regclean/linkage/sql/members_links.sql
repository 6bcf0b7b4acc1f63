-- The links, with up to five candidates and the reasons for and against each.
INSERT INTO member_links
WITH reason AS (
    SELECT
        line, customer_no,
        list_filter([
            CASE WHEN number = 'agrees' THEN 'customer_no' WHEN number = 'differs' THEN 'customer_no_differs' END,
            CASE WHEN org_level = 'exact' THEN 'organisation' WHEN org_level = 'near' THEN 'organisation_similar' END,
            CASE
                WHEN org_level IS NOT NULL OR nameless THEN NULL
                WHEN first_level IS NULL THEN 'name_differs'
                WHEN first_level = 'exact' AND last_level IN ('exact', 'part') THEN 'name'
                WHEN first_level = 'missing' THEN 'surname'
                WHEN first_level = 'differs' THEN 'first_name_differs'
                WHEN last_level = 'differs' THEN 'surname_differs'
                WHEN last_level = 'missing' THEN 'first_name'
                WHEN 'typo' IN (first_level, last_level) THEN 'name_typo'
                WHEN first_level = 'initial' THEN 'initial'
                ELSE 'name_variant'
            END,
            CASE WHEN second_given = -1 THEN 'second_name_differs' END,
            CASE place
                WHEN 'flat' THEN 'address' WHEN 'house' THEN 'address' WHEN 'other_flat' THEN 'house' WHEN 'street' THEN 'street'
                WHEN 'area' THEN 'postal_area' WHEN 'elsewhere' THEN 'address_differs'
            END,
            CASE WHEN site = 'holder' THEN 'site' WHEN site = 'other' THEN 'site_differs' END,
            CASE WHEN bin = 'member' THEN 'bin_service' END,
            CASE WHEN area = 'near' THEN 'near_bin' WHEN area = 'far' THEN 'far_from_bin' END,
            CASE WHEN phone = 'agrees' THEN 'phone' WHEN phone = 'differs' THEN 'phone_differs' END,
            CASE WHEN email = 'agrees' THEN 'email' WHEN email = 'differs' THEN 'email_differs' END,
            CASE WHEN estate_differs THEN 'estate_differs' END,
            CASE WHEN is_ended THEN 'ended' END
        ], lambda r: r IS NOT NULL) AS reasons,
        number = 'agrees' AS is_given
    FROM link_member_evidence
),
candidate AS (
    SELECT
        p.line, p.customer_no, r.is_given, p.probability,
        CASE WHEN c.customer_no <> p.customer_no AND c.party = p.party THEN list_append(r.reasons, 'same_party') ELSE r.reasons END AS reasons,
        row_number() OVER (
            PARTITION BY p.line
            ORDER BY (c.customer_no = p.customer_no) DESC, p.probability DESC, r.is_given DESC, p.customer_no
        ) AS place
    FROM link_member_parties p
    JOIN reason r USING (line, customer_no)
    JOIN link_member_choices c USING (line)
    WHERE p.probability >= 0.001 OR r.is_given OR c.customer_no = p.customer_no
),
listed AS (
    SELECT
        line,
        to_json(list(
            {'customer_no': customer_no, 'probability': round(probability, 6), 'reasons': reasons} ORDER BY place
        ))::TEXT AS candidates,
        bool_or(is_given) AS holds_given
    FROM candidate
    WHERE (place <= 5 OR is_given) AND (probability >= 0.001 OR is_given)
    GROUP BY line
),
decided AS (
    SELECT
        l.line, c.customer_no, c.probability,
        CASE
            WHEN c.probability >= $probability AND c.probability - c.rival >= $margin THEN 'linked'
            WHEN c.probability + c.rival >= 1 - $probability OR x.holds_given THEN 'ambiguous'
            ELSE 'new'
        END AS state
    FROM link_member_lines l
    LEFT JOIN link_member_choices c USING (line)
    LEFT JOIN listed x USING (line)
)
SELECT
    l.bin_group_no, l.member_no,
    CASE WHEN d.state = 'linked' THEN d.customer_no END,
    round(coalesce(d.probability, 0.0), 6),
    l.customer_no_given, d.state,
    coalesce(x.candidates, '[]')
FROM link_member_lines l
JOIN decided d USING (line)
LEFT JOIN listed x USING (line)
ORDER BY l.line;
