SELECT list_sort(list_distinct(subjects)) AS subjects FROM hits GROUP BY 1 HAVING count(*) > 1
