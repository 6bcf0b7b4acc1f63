-- Columns in which nearly all of twenty and more values are one and the same, though the last night's were not; where there
-- was no such night, and in what was seen since, columns in which the rows of any register differ.
SELECT table_name, column_name AS key
FROM column_profiles AS now
LEFT JOIN previous_columns AS previous USING (table_name, column_name)
WHERE
    now.sampled >= 20 AND now.most > 0.9 * now.sampled
    AND (now.differs OR table_name NOT IN ('evidence', 'emptyings', 'invoices'))
    AND CASE WHEN previous.sampled >= 20 THEN previous.most <= 0.5 * previous.sampled ELSE now.differs END
