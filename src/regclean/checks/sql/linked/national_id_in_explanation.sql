-- Explanations hold codes and weights, never a national id.
SELECT 'pairs' AS table_name, customer_no_l || ' + ' || customer_no_r AS key FROM pairs
WHERE $country = 'fi' AND len(national_ids_in(explanation)) > 0
