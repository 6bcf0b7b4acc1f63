SELECT 'services' AS table_name, service_no AS key FROM services ANTI JOIN sites USING (site_no)
WHERE site_no IS NOT NULL AND EXISTS (SELECT 1 FROM sites)
