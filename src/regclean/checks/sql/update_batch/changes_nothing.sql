-- Lines that would write what is there.
SELECT table_name, key FROM batch_lines WHERE op = 'update' AND before IS NOT DISTINCT FROM after
