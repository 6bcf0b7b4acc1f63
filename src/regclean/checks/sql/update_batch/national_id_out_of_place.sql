-- National ids that would be written anywhere but into their own column.
SELECT table_name, key FROM batch_lines AS b
WHERE $country = 'fi' AND op IN ('update', 'insert') AND column_name <> 'national_id'
    AND len(list_filter(national_ids_in(b.after), lambda id: NOT looks_like_phone(id))) > 0
