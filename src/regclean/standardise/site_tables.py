"""The tables about places and contracts: sites, roles at them, services, and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import polars as pl

from regclean.domain.register import BUILDINGS, EVIDENCE, SERVICES, SITE_ROLES, SITES, Table
from regclean.standardise import rules
from regclean.standardise.columns import (
    AddressColumns,
    Reading,
    clean_keys,
    completed,
    exactly,
    one_of_each,
    prepared,
    read_addresses,
    row_keys,
    schema_of,
    simple,
    with_keys,
)
from regclean.standardise.of_whom import found_customers
from regclean.standardise.protection import hidden_rows, note_hidden

# Finland with its sea areas, in degrees.
_LATITUDES, _LONGITUDES = (59.3, 70.2), (19.0, 31.7)


def sites_table(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    country = reading.options.country
    frame = clean_keys(prepared(landed, SITES, reading), ["site_no"], reading)
    frame = with_keys(frame, "sites", ["site_no"], reading)
    reading.hidden_sites = frame.filter(hidden_rows(frame, SITES.columns))["site_no"]
    frame = one_of_each(frame, SITES, reading)
    keys = frame["site_no"]
    frame = frame.with_columns(simple(frame, "municipality_code", rules.plain, reading))
    ids = reading.mapper.apply(
        frame, ["property_id", "building_id"], partial(rules.property_and_building, country=country), rules.PROPERTY
    )
    address = read_addresses(frame, AddressColumns(municipality_code="municipality_code"), reading)
    sites = completed(frame, SITES, keys, [ids, address.drop("care_of", "box")], reading)
    if country == "fi":
        sites = _inside_finland(sites, reading)
    return exactly(sites, schema_of(SITES))


def _inside_finland(sites: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """Coordinates that changed places are put right; those outside Finland are noted and dropped."""

    def within(latitude: str, longitude: str) -> pl.Expr:
        return pl.col(latitude).is_between(*_LATITUDES) & pl.col(longitude).is_between(*_LONGITUDES)

    straight, swapped = within("latitude", "longitude"), within("longitude", "latitude")
    given = pl.col("latitude").is_not_null() | pl.col("longitude").is_not_null()
    nothing = (pl.col("latitude") == 0) & (pl.col("longitude") == 0)
    outside = sites.select((given & ~straight.fill_null(False) & ~swapped.fill_null(False) & ~nothing).fill_null(given))
    reading.note("sites", sites["site_no"], "latitude", outside.to_series())
    return sites.with_columns(
        latitude=pl.when(straight).then("latitude").when(swapped).then("longitude"),
        longitude=pl.when(straight).then("longitude").when(swapped).then("latitude"),
    )


def site_roles_table(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    frame = clean_keys(prepared(landed, SITE_ROLES, reading), ["customer_no", "site_no"], reading)
    note_hidden(frame, SITE_ROLES, reading)
    frame = with_keys(frame, "site_roles", ["customer_no", "site_no"], reading)
    keys = row_keys(frame, "customer_no", "site_no")
    roles = completed(frame, SITE_ROLES, keys, [], reading)
    known = roles["role"].is_not_null()
    reading.reject("site_roles", frame.filter(~known), "role is missing or unknown")
    reading.trace(SITE_ROLES, frame.filter(known), roles.filter(known))
    return exactly(roles.filter(known).unique(maintain_order=True), schema_of(SITE_ROLES))


def services_table(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    frame = clean_keys(prepared(landed, SERVICES, reading), SERVICES.references, reading)
    note_hidden(frame, SERVICES, reading)
    frame = with_keys(frame, "services", ["service_no", "customer_no"], reading)
    frame = one_of_each(frame, SERVICES, reading)
    return exactly(completed(frame, SERVICES, frame["service_no"], [], reading), schema_of(SERVICES))


def evidence_table(landed: Mapping[str, pl.DataFrame], customers: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    frame = clean_keys(prepared(landed, EVIDENCE, reading), EVIDENCE.references, reading)
    frame = found_customers(frame, customers, reading)
    note_hidden(frame, EVIDENCE, reading)
    read = frame.select("national_id_state", "business_id")
    rows = completed(frame, EVIDENCE, frame["customer_no"], [read], reading)
    known, dated = rows["signal"].is_not_null(), rows["observed_on"].is_not_null()
    # A row about an organisation stands here once for each of its accounts.
    for bad, why in ((~known, "signal is missing or unknown"), (known & ~dated, "observed_on is no date")):
        reading.reject("evidence", frame.filter(bad).unique(["_file", "_row"], maintain_order=True), why)
    reading.trace(EVIDENCE, frame.filter(known & dated), rows.filter(known & dated))
    return exactly(rows.filter(known & dated), schema_of(EVIDENCE))


def buildings_table(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    country = reading.options.country
    frame = clean_keys(prepared(landed, BUILDINGS, reading), BUILDINGS.references, reading)
    frame = with_keys(frame, "buildings", ["building_id"], reading)
    frame = one_of_each(frame, BUILDINGS, reading)
    property_id = reading.mapper.apply(
        frame, ["property_id"], partial(rules.property_id, country=country), rules.PROPERTY_ID
    )
    address = read_addresses(frame, AddressColumns(), reading).drop("care_of", "box", "municipality_code")
    buildings = completed(frame, BUILDINGS, frame["building_id"], [property_id, address], reading)
    return exactly(buildings, schema_of(BUILDINGS))


def history_table(table: Table, landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    """Emptyings, invoices: rows that no rule of their own reads, each with its keys and its day."""
    frame = clean_keys(prepared(landed, table, reading), table.references, reading)
    frame = with_keys(frame, table.name, [name for name in table.keys if name in table.references], reading)
    rows = completed(frame, table, frame[table.keys[0]], [], reading)
    for day in (name for name in table.keys if table.by_name[name].type == "date"):
        reading.reject(table.name, frame.filter(rows[day].is_null()), f"{day} is no date")
        frame, rows = frame.filter(rows[day].is_not_null()), rows.filter(rows[day].is_not_null())
    reading.trace(table, frame, rows)
    return exactly(rows, schema_of(table))
