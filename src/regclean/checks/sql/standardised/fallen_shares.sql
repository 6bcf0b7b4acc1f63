-- Columns of which far fewer rows have a usable value than in the last night, and at least twenty fewer. What was seen since
-- varies by nature. When a bin was emptied last goes missing with a contractor's feed: only where it is all but gone.
WITH shares AS (
    SELECT
        table_name, column_name, now.n, now.usable, previous.usable / previous.n AS before, now.usable / now.n AS now,
        CASE WHEN table_name = 'services' AND column_name = 'last_emptied_on' THEN greatest($max_fall_usable_percent, 95.0) ELSE $max_fall_usable_percent END AS most
    FROM column_profiles AS now INNER JOIN previous_columns AS previous USING (table_name, column_name)
    WHERE now.n > 0 AND previous.n > 0 AND table_name NOT IN ('evidence', 'emptyings', 'invoices')
)
SELECT table_name, format('{} ({:.0f} % -> {:.0f} %)', column_name, 100 * before, 100 * now) AS key
FROM shares
WHERE before * n - usable >= 20 AND now < before * (1 - most / 100)
