-- Takes back what `protect_linked` did to the customers of the night that they were copied from. `marks`: how many rows `name_marks` had before.
UPDATE customers SET non_disclosure = FALSE
WHERE customer_no IN (SELECT customer_no FROM (SELECT customer_no FROM name_marks ORDER BY rowid OFFSET $marks))
