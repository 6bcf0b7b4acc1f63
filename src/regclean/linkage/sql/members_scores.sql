-- What the evidence is worth in bits: log2 of how much likelier it is when the line is about the candidate (`same_bits`), or
-- about an unregistered relative of the candidate, in its household or nearby (`kin_bits`, with the chance that a line is
-- about one), than when it is about a stranger.
--
-- Address, site, service and area are one fact told several ways: what agrees counts once, by its strongest form (and a
-- little for a service in the very bin). Being near the bin but not at the line's address is worth less.
CREATE OR REPLACE TEMP TABLE link_member_scores AS
WITH factor AS (
    SELECT
        *,
        CASE place
            WHEN 'flat' THEN log2($place_home * $customers / place_n)
            WHEN 'house' THEN log2($place_home * $customers / place_n)
            WHEN 'other_flat' THEN log2($place_other_flat * $customers / place_n)
            WHEN 'street' THEN log2($place_street * $customers / place_n)
            WHEN 'area' THEN log2($place_area * $customers / place_n)
            WHEN 'elsewhere' THEN log2($place_elsewhere)
            ELSE 0.0
        END AS place_bits,
        CASE area WHEN 'near' THEN log2($area_near * $customers / area_n) WHEN 'far' THEN log2(1 - $area_near) ELSE 0.0 END AS area_bits,
        CASE site WHEN 'holder' THEN log2($site_holder * $customers / site_n) WHEN 'other' THEN log2(1 - $site_holder) ELSE 0.0 END AS site_bits,
        CASE bin WHEN 'member' THEN log2($bin_member * $customers / bin_n) WHEN 'other' THEN log2(1 - $bin_member) ELSE 0.0 END AS bin_bits,
        CASE phone WHEN 'agrees' THEN log2($phone_agrees * $customers / phone_n) WHEN 'differs' THEN log2(1 - $phone_agrees) ELSE 0.0 END AS phone_bits,
        CASE email WHEN 'agrees' THEN log2($email_agrees * $customers / email_n) WHEN 'differs' THEN log2(1 - $email_agrees) ELSE 0.0 END AS email_bits,
        CASE number WHEN 'agrees' THEN log2($number_agrees) + $number_bits WHEN 'differs' THEN log2(1 - $number_agrees) ELSE 0.0 END AS number_bits,
        CASE phone WHEN 'agrees' THEN log2($kin_phone * $customers / phone_n) WHEN 'differs' THEN log2(1 - $kin_phone) ELSE 0.0 END AS kin_phone_bits,
        CASE email WHEN 'agrees' THEN log2($kin_email * $customers / email_n) WHEN 'differs' THEN log2(1 - $kin_email) ELSE 0.0 END AS kin_email_bits,
        CASE number WHEN 'agrees' THEN log2($kin_number) + $number_bits WHEN 'differs' THEN log2(1 - $kin_number) ELSE 0.0 END AS kin_number_bits,
        -- A relative of the same surname in a house nearby, with a phone of its own.
        CASE place
            WHEN 'flat' THEN log2($nearby_home * $customers / place_n)
            WHEN 'house' THEN log2($nearby_home * $customers / place_n)
            WHEN 'other_flat' THEN log2($nearby_home * $customers / place_n)
            WHEN 'street' THEN log2($nearby_street * $customers / place_n)
            WHEN 'area' THEN log2($nearby_area * $customers / place_n)
            WHEN 'elsewhere' THEN log2($nearby_elsewhere)
            WHEN 'none' THEN CASE area WHEN 'near' THEN log2($nearby_area * $customers / area_n) WHEN 'far' THEN log2(1 - $nearby_area) ELSE 0.0 END
        END
        + CASE phone WHEN 'agrees' THEN log2($nearby_contact * $customers / phone_n) ELSE 0.0 END
        + CASE email WHEN 'agrees' THEN log2($nearby_contact * $customers / email_n) ELSE 0.0 END
        + CASE number WHEN 'agrees' THEN log2($nearby_contact) + $number_bits ELSE 0.0 END AS nearby_bits
    FROM link_member_evidence
),
located AS (
    SELECT
        *,
        -- Near the bin, but not at the address that the line gives.
        CASE WHEN place IN ('street', 'area', 'elsewhere', 'other_flat') THEN log2(1 - $place_home) ELSE 0.0 END AS away_bits
    FROM factor
),
summed AS (
    SELECT
        *,
        coalesce(
            greatest(
                CASE WHEN place NOT IN ('none', 'elsewhere') THEN place_bits END,
                CASE WHEN area = 'near' THEN area_bits + away_bits END,
                CASE WHEN bin = 'member' THEN bin_bits + away_bits END,
                CASE WHEN site = 'holder' THEN site_bits END
            ),
            -- Nothing agrees: neither at the line's address nor near the bin, which are two tellings of much the same.
            place_bits + CASE WHEN place = 'none' THEN area_bits ELSE area_bits / 2 END
        )
            + CASE WHEN bin = 'member' AND (place IN ('flat', 'house') OR site = 'holder') THEN $bin_bonus ELSE 0.0 END
            + least(0.0, site_bits) + least(0.0, bin_bits) AS local_bits
    FROM located
)
SELECT
    line, customer_no,
    coalesce(name_bits, CASE WHEN nameless THEN 0.0 ELSE $name_differs END) + local_bits + phone_bits + email_bits + number_bits
        + CASE WHEN estate_differs THEN $estate_differs ELSE 0.0 END
        + CASE WHEN kind_differs THEN $kind_differs ELSE 0.0 END
        + CASE WHEN is_ended THEN $ended ELSE 0.0 END AS same_bits,
    greatest(
        -- A bare surname stands for the whole household: there is no other member of it to be meant.
        CASE WHEN first_level = 'missing' THEN NULL ELSE log2($kin) END + kin_bits + local_bits + kin_phone_bits + kin_email_bits + kin_number_bits,
        log2($nearby) + kin_bits + nearby_bits
    ) AS kin_bits
FROM summed;
