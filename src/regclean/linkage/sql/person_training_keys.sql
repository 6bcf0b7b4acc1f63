    SELECT entity, 'name' AS rule, first || '|' || last AS key FROM link_persons WHERE length(first) > 1
    UNION ALL SELECT entity, 'birth_number', birth || '|' || unnest(numbers) FROM link_persons
    UNION ALL SELECT entity, 'national_id', national_id FROM link_persons
    UNION ALL SELECT entity, 'last_number', last || '|' || unnest(numbers) FROM link_persons
    UNION ALL SELECT entity, 'phone_last', unnest(phones) || '|' || last FROM link_persons
    UNION ALL SELECT entity, 'phone_number', number || '|' || unnest(phones) FROM (SELECT entity, phones, unnest(numbers) AS number FROM link_persons)
    UNION ALL SELECT entity, 'birth', birth FROM link_persons WHERE $generic
