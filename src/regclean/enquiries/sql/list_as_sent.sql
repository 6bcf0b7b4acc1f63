-- The lines of shared bins ($numbers) that have not ended, as the list was sent: the text of the landed rows, in the list's order.
SELECT m.bin_group_no, m.member_no, r.name, r.street_address, r.postal_code, r.city, r.share_percent
FROM bin_group_members AS m
INNER JOIN raw.bin_group_members AS r ON r.key = row_key(m.bin_group_no, m.member_no)
WHERE m.bin_group_no IN (SELECT unnest($numbers)) AND (m.end_on IS NULL OR m.end_on > CAST($as_of AS DATE))
ORDER BY m.bin_group_no, TRY_CAST(m.member_no AS BIGINT) NULLS LAST, m.member_no
