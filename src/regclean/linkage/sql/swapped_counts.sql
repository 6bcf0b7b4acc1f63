SELECT sum(a.n * b.n), (SELECT count(*) FROM link_persons WHERE first IS NOT NULL AND last IS NOT NULL)
FROM (SELECT first, last, count(*) AS n FROM link_persons GROUP BY ALL) a
JOIN (SELECT first, last, count(*) AS n FROM link_persons GROUP BY ALL) b ON a.first = b.last AND a.last = b.first;
