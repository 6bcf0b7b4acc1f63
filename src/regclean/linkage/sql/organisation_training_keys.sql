    SELECT entity, 'business_id' AS rule, business_id AS key FROM link_organisations
    UNION ALL SELECT entity, 'org_number', org || '|' || unnest(numbers) FROM link_organisations
