-- id = "S22"
-- title.fi = "Ilmoituksen henkilötunnus sopii useaan asiakkaaseen"
-- title.sv = "Meddelandets personbeteckning passar in på flera kunder"
-- title.en = "The national id of a notice fits several customers"
-- summary.fi = "Ilmoitus ({signals}) voi koskea asiakkaita {customer_nos}: {reason}. Sitä ei liitetty kenenkään tietoihin."
-- summary.sv = "Ett meddelande ({signals}) kan gälla kunderna {customer_nos}: {reason}. Det fördes inte till någons uppgifter."
-- summary.en = "A notice ({signals}) may be about the customers {customer_nos}: {reason}. It was put down to none of them."
-- severity = "review"
-- ends_in = "task"
-- asks.fi = "Selvitä, kenen henkilötunnus on: yhdistä kaksoiskappaleet tai korjaa väärä tunnus. Seuraava yö liittää ilmoituksen itse."
-- asks.sv = "Ta reda på vems personbeteckningen är: slå samman dubbletterna eller rätta den felaktiga. Nästa natt för in meddelandet."
-- asks.en = "Find out whose id it is: merge the duplicates, or put the wrong id right. The next night then takes the notice by itself."
-- way = "look_up"
-- why = "An authority names a person by the national id. Where several customers have it, or another one than the notice names, a death or a move put down to the wrong one would end the wrong account; so it waits until people say whose id it is."
-- subjects = "customers"
-- [guards]
-- future = "What is told of a day to come does not count before it."
WITH told AS (
    SELECT
        d.file, d.line, any_value(d.signal) AS signal, any_value(d.observed_on) AS observed_on, any_value(d.named) AS named,
        list(DISTINCT d.customer_no ORDER BY d.customer_no) AS customer_nos
    FROM doubtful_evidence AS d INNER JOIN customers AS c USING (customer_no)
    WHERE
        d.signal IS NOT NULL
        -- guard: future
        AND d.observed_on <= CAST($as_of AS DATE)
        -- end guard
    GROUP BY d.file, d.line
)
SELECT
    list_transform(customer_nos, lambda no: subject('customers', no)) AS subjects,
    {
        'customer_nos': customer_nos, 'signals': list(DISTINCT signal ORDER BY signal),
        'reason': CASE WHEN bool_or(named IS NULL) THEN 'several_have_it' ELSE 'another_has_it' END,
        'observed_on': max(observed_on), 'file': min(file), 'line': arg_min(line, (file, line)),
        'basis': {'signals': list(DISTINCT signal ORDER BY signal), 'observed_on': max(observed_on)}
    } AS evidence
FROM told
GROUP BY customer_nos
