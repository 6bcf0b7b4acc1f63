SELECT signal, count(*) AS n, min(customer_no) AS key FROM evidence GROUP BY ALL ORDER BY key
