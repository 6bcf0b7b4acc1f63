SELECT rule, count(*) FROM (SELECT rule, key FROM link_keys GROUP BY rule, key HAVING count(DISTINCT entity) > min(widest)) GROUP BY rule ORDER BY rule;
