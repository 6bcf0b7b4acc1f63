-- How often each level is met where the line is about the candidate, by the probabilities of the last round.
SELECT
    sum(probability) FILTER (place <> 'none') AS places,
    sum(probability) FILTER (place IN ('flat', 'house')) AS place_home,
    sum(probability) FILTER (place = 'other_flat') AS place_other_flat,
    sum(probability) FILTER (place = 'street') AS place_street,
    sum(probability) FILTER (place = 'area') AS place_area,
    sum(probability) FILTER (place = 'elsewhere') AS place_elsewhere,
    sum(probability) FILTER (area <> 'none') AS areas,
    sum(probability) FILTER (area = 'near') AS area_near,
    sum(probability) FILTER (site <> 'none') AS sites,
    sum(probability) FILTER (site = 'holder') AS site_holder,
    sum(probability) FILTER (bin <> 'none') AS bins,
    sum(probability) FILTER (bin = 'member') AS bin_member,
    sum(probability) FILTER (phone <> 'none') AS phones,
    sum(probability) FILTER (phone = 'agrees') AS phone_agrees,
    sum(probability) FILTER (email <> 'none') AS emails,
    sum(probability) FILTER (email = 'agrees') AS email_agrees,
    sum(probability) FILTER (number <> 'none') AS numbers,
    sum(probability) FILTER (number = 'agrees') AS number_agrees,
    sum(probability) AS lines_found,
    (SELECT count(*) FROM link_member_lines) AS lines
FROM link_member_posterior
JOIN link_member_evidence USING (line, customer_no);
