"""The tables about parties: customers, the persons that they name, the addresses that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from regclean.domain.register import CUSTOMERS
from regclean.standardise import names, rules
from regclean.standardise.columns import (
    ADDRESS_PARTS,
    AddressColumns,
    Reading,
    clean_keys,
    completed,
    exactly,
    listed,
    one_of_each,
    prepared,
    read_addresses,
    schema_of,
    typed_column,
    with_keys,
)
from regclean.standardise.misplaced import read_ids, with_found_ids
from regclean.standardise.protection import marks, protected_by_rows

TEXTS = pl.List(pl.String)
PERSON_SCHEMA: dict[str, Any] = {
    "customer_no": pl.String,
    "person_no": pl.Int32,
    **dict.fromkeys(("part", "first_names", "last_name", "m_first"), pl.String),
    "m_given": TEXTS,
    "m_last": pl.String,
}
ADDRESS_SCHEMA: dict[str, Any] = {
    "customer_no": pl.String,
    "source": pl.String,
    "site_no": pl.String,
    **dict.fromkeys(ADDRESS_PARTS, pl.String),
    "start_on": pl.Date,
    "end_on": pl.Date,
}
_PARTY_INPUT = ["kind", "name", "first_names", "last_name", "company_name", "previous_last_name"]
# How many full names to look at for the file's habit, and how sure one name must be to count (natural log).
_HABIT_SAMPLE, _HABIT_SURE = 2_000, 3.0


def customer_tables(
    landed: Mapping[str, pl.DataFrame], reading: Reading
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(customers, customer_persons, own and billing rows of customer_addresses)."""
    frame = clean_keys(prepared(landed, CUSTOMERS, reading), ["customer_no"], reading)
    frame = with_keys(frame, "customers", ["customer_no"], reading)
    every = frame
    frame = one_of_each(frame, CUSTOMERS, reading)
    protected, marked = protected_by_rows(every, frame, reading)
    keys = frame["customer_no"]
    party = _parties(frame, keys, reading)
    reading.marks += [_deaths(keys, party), marks(keys.filter(marked))]
    address = read_addresses(frame, AddressColumns(), reading)
    billing = read_addresses(
        frame, AddressColumns("billing_street_address", "billing_postal_code", "billing_city"), reading
    )
    birth = typed_column(frame, CUSTOMERS.by_name["birth_date"], keys, reading)
    customers = completed(
        frame,
        CUSTOMERS,
        keys,
        [
            party.drop("main_part", "others", "died", "deceased", "protected", "unreadable"),
            _identifiers(frame, birth, reading),
            address.drop("care_of", "box"),
            read_contacts(frame, reading),
            billing.select(
                billing_street_address="street_address", billing_postal_code="postal_code", billing_city="city"
            ),
        ],
        reading,
    ).with_columns(non_disclosure=protected)
    addresses = pl.concat([_own(keys, address, "own"), _own(keys, billing, "billing")])
    return exactly(customers, schema_of(CUSTOMERS)), _persons(keys, party, reading), addresses


def surname_first_habit(full_names: pl.Series) -> bool:
    """Does this file write "Virtanen Matti"? Decided by the names that leave no doubt."""
    sample = full_names.drop_nulls().unique(maintain_order=True).head(_HABIT_SAMPLE)
    leads = [names.surname_leads(name) for name in sample if "," not in name]
    return sum(lead > _HABIT_SURE for lead in leads) > sum(lead < -_HABIT_SURE for lead in leads)


def _parties(frame: pl.DataFrame, keys: pl.Series, reading: Reading) -> pl.DataFrame:
    country = reading.options.country
    rule = partial(rules.party, country=country, surname_first=country == "fi" and surname_first_habit(frame["name"]))
    party = reading.mapper.apply(frame, _PARTY_INPUT, rule, rules.PARTY)
    reading.note("customers", keys, "kind", party["unreadable"])
    return party.with_columns(listed(rules.LISTED))


def _deaths(keys: pl.Series, party: pl.DataFrame) -> pl.DataFrame:
    """`MARKS` of those beside whose names it stands that they died; `detail`: when."""
    told = party.select(customer_no=keys, mark=pl.lit("death"), detail="died", deceased="deceased")
    return told.filter("deceased").drop("deceased")


def _identifiers(frame: pl.DataFrame, birth: pl.Series, reading: Reading) -> pl.DataFrame:
    options, mapper = reading.options, reading.mapper
    personal = read_ids(with_found_ids(frame, "customers", reading), reading)
    country = partial(rules.business_id, country=options.country)
    business = mapper.apply(frame, ["business_id", "e_invoice_address"], country, rules.IDENTIFIER)
    invoice = mapper.apply(
        frame, ["e_invoice_address"], partial(rules.e_invoice_address, country=options.country), rules.IDENTIFIER
    )
    iban = mapper.apply(
        frame, ["iban"], partial(rules.identifier, column="iban", country=options.country), rules.IDENTIFIER
    )
    # A birth after tonight is a mistake in a register; elsewhere (country "generic") the date is taken as it is.
    reading.hold_until(birth)
    future = (birth > options.as_of).fill_null(False) if options.country == "fi" else birth.is_null() & False
    reading.note("customers", frame["customer_no"], "birth_date", future)
    return (
        pl.DataFrame(
            {
                "national_id_hash": personal["hash"],
                "national_id_masked": personal["masked"],
                "national_id_state": personal["state"],
                "business_id": business["value"],
                "business_id_state": business["state"],
                "given": birth,
                "told": personal["birth_date"],
                "future": future,
                "e_invoice_address": invoice["value"],
                "e_invoice_state": invoice["state"],
                "iban": iban["value"],
                "iban_state": iban["state"],
            }
        )
        .with_columns(
            birth_date=pl.coalesce(pl.when(~pl.col("future")).then("given"), "told"),
            birth_date_source=pl.when(pl.col("given").is_not_null() & ~pl.col("future"))
            .then(pl.lit("column"))
            .when(pl.col("told").is_not_null())
            .then(pl.lit("national_id")),
        )
        .drop("given", "told", "future")
    )


def read_contacts(frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """phone, phone_state, phone_2, email, email_state, m_email_local."""
    rule = partial(rules.phone, country=reading.options.country)
    first = reading.mapper.apply(frame, ["phone"], rule, rules.PHONE)
    other = reading.mapper.apply(frame, ["phone_2"], rule, rules.PHONE)
    email = reading.mapper.apply(frame, ["email"], partial(rules.email, country=reading.options.country), rules.EMAIL)
    second = (
        pl.DataFrame({"own": other["phone"], "extra": first["second"], "first": first["phone"]})
        .select(pl.coalesce("own", "extra").alias("phone_2"), "first")
        .select(pl.when(pl.col("phone_2") != pl.col("first").fill_null("")).then("phone_2"))
    )
    return pl.concat([first.select("phone", "phone_state"), second, email], how="horizontal")


def _persons(keys: pl.Series, party: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """One row for each person: the row's own first, then spouse, trader, care-of in the order of the name."""
    frame = party.with_columns(customer_no=keys)
    own = frame.filter(pl.col("main_part").is_not_null()).select(
        "customer_no",
        pl.lit(0, dtype=pl.Int64).alias("place"),
        pl.col("main_part").alias("part"),
        *("first_names", "last_name", "m_first", "m_given", "m_last"),
    )
    others = rules.unpacked(frame.select("customer_no", "others"))
    folded = reading.mapper.apply(others, ["first_names", "last_name"], rules.person_names, rules.PERSON_NAMES)
    others = pl.concat([others, folded], how="horizontal").with_columns(listed(["m_given"]))
    persons = pl.concat([own, others.select(own.columns)])
    return exactly(
        persons.sort("customer_no", "place").with_columns(person_no=pl.int_range(1, pl.len() + 1).over("customer_no")),
        PERSON_SCHEMA,
    )


def _own(keys: pl.Series, address: pl.DataFrame, source: str) -> pl.DataFrame:
    rows = address.select(ADDRESS_PARTS).with_columns(
        customer_no=keys,
        source=pl.lit(source),
        site_no=pl.lit(None, dtype=pl.String),
        start_on=pl.lit(None, dtype=pl.Date),
        end_on=pl.lit(None, dtype=pl.Date),
    )
    return exactly(_with_some_part(rows), ADDRESS_SCHEMA)


def _with_some_part(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.any_horizontal(pl.col("m_street", "m_postal", "m_city").is_not_null()))


def customer_addresses(
    own: pl.DataFrame, customers: pl.DataFrame, sites: pl.DataFrame, roles: pl.DataFrame, services: pl.DataFrame
) -> pl.DataFrame:
    """Every address of every customer: own and billing, and those of the sites it has a role or a service at."""
    places = sites.select("site_no", *ADDRESS_PARTS)
    linked = []
    for source, links in (("site_role", roles), ("service", services)):
        rows = (
            links.filter(pl.col("site_no").is_not_null())
            .select("customer_no", "site_no", "start_on", "end_on")
            .unique()
            .join(places, on="site_no", how="inner")
            .join(customers.select("customer_no"), on="customer_no", how="semi")
            .with_columns(source=pl.lit(source))
        )
        linked.append(exactly(_with_some_part(rows), ADDRESS_SCHEMA))
    return pl.concat([own, *linked]).sort("customer_no", "source", "site_no", "start_on", "end_on", maintain_order=True)
