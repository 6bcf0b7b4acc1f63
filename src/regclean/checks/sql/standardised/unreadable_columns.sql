-- Columns of which twenty and more values, and nearly all, are no date, number or code of theirs. Where the last night's were
-- no better, somebody has seen it.
SELECT table_name, column_name AS key
FROM column_profiles AS now
LEFT JOIN previous_columns AS previous USING (table_name, column_name)
WHERE
    now.unreadable >= 20 AND now.unreadable > 0.9 * (now.usable + now.unreadable)
    AND NOT coalesce(previous.unreadable > 0.9 * (previous.usable + previous.unreadable), FALSE)
