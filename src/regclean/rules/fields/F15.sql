-- id = "F15"
-- title.fi = "Syntymäaika on mahdoton"
-- title.sv = "Födelsedatumet är omöjligt"
-- title.en = "The birth date is impossible"
-- summary.fi = "Asiakkaan {customer_no} syntymäaika on mahdoton: {reason}."
-- summary.sv = "Födelsedatumet för kund {customer_no} är omöjligt: {reason}."
-- summary.en = "The birth date of customer {customer_no} is impossible: {reason}."
-- severity = "review"
-- ends_in = "change"
-- asks.fi = "Hae tai kysy oikea syntymäaika."
-- asks.sv = "Ta reda på eller fråga efter det rätta födelsedatumet."
-- asks.en = "Look up or ask for the right birth date."
-- way = "look_up"
-- why = "A birth date in the future, more than 110 years ago, or other than the henkilötunnus says, tells people apart who are one, or joins two."
-- subjects = "customers"
-- uses = ["macros"]
-- parameters = ["fields.max_age_years"]
-- countries = ["fi"]
-- [guards]
-- estate = "An estate keeps the birth date of the deceased."
-- sentinel = "1.1.1900 means that the date is not known."
WITH written AS (
    SELECT
        c.customer_no, c.kind, c.national_id_masked, c.national_id_state, c.birth_date AS typed,
        coalesce(TRY_CAST(trim(r.birth_date) AS DATE), CAST(TRY_STRPTIME(trim(r.birth_date), '%d.%m.%Y') AS DATE), CASE WHEN c.birth_date_source = 'column' THEN c.birth_date END) AS birth_date
    FROM customers AS c
    LEFT JOIN raw.customers AS r ON r.key = c.customer_no
),
told AS (
    SELECT
        *,
        CASE
            WHEN national_id_state = 'ok' AND regexp_matches(national_id_masked, '^\d{6}[-+A-FU-Y]')
                THEN CAST(TRY_STRPTIME(
                    left(national_id_masked, 4)
                    || CASE WHEN national_id_masked[7] = '+' THEN '18' WHEN national_id_masked[7] IN ('-', 'U', 'V', 'W', 'X', 'Y') THEN '19' ELSE '20' END
                    || national_id_masked[5:6],
                    '%d%m%Y'
                ) AS DATE)
        END AS id_date
    FROM written
),
reasons AS (
    SELECT
        customer_no, birth_date, id_date,
        CASE
            WHEN birth_date > CAST($as_of AS DATE) THEN 'in_future'
            WHEN
                coalesce(birth_date, id_date) < CAST($as_of AS DATE) - to_years($max_age_years)
                -- guard: estate
                AND kind <> 'estate'
                -- end guard
                -- guard: sentinel
                AND coalesce(typed, id_date) IS NOT NULL
                -- end guard
                THEN 'too_old'
            WHEN id_date <> birth_date AND typed IS NOT NULL THEN 'other_than_id'
        END AS reason
    FROM told
)
SELECT
    [subject('customers', customer_no, 'birth_date')] AS subjects,
    {'customer_no': customer_no, 'column': 'birth_date', 'birth_date': birth_date, 'reason': reason} AS evidence,
    CASE WHEN id_date <> birth_date AND id_date BETWEEN CAST($as_of AS DATE) - to_years($max_age_years) AND CAST($as_of AS DATE) THEN [change('customers', customer_no, 'birth_date', id_date)] END AS proposal
FROM reasons
WHERE reason IS NOT NULL
