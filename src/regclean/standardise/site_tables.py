"""The tables about places and contracts: sites, roles at them, services, and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from regclean.domain.tables import EVIDENCE, SERVICES, SITE_ROLES, SITES
from regclean.standardise import rules
from regclean.standardise.columns import (
    ADDRESS_PARTS,
    AddressColumns,
    Reading,
    clean_keys,
    exactly,
    last_of_each,
    prepared,
    read_addresses,
    row_keys,
    simple,
    typed_columns,
    with_keys,
)
from regclean.standardise.folding import word_list

SITE_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(
        word_list("""site_no property_id property_id_state building_id building_id_state street_address postal_code
        postal_code_state city municipality_code use building_state"""),
        pl.String,
    ),
    "dwellings": pl.Int32,
    "latitude": pl.Float64,
    "longitude": pl.Float64,
    **dict.fromkeys(ADDRESS_PARTS, pl.String),
}
ROLE_SCHEMA: dict[str, Any] = {
    "customer_no": pl.String,
    "site_no": pl.String,
    "role": pl.String,
    "start_on": pl.Date,
    "end_on": pl.Date,
}
SERVICE_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(word_list("service_no customer_no site_no waste_type"), pl.String),
    "bin_litres": pl.Float64,
    "bin_count": pl.Int32,
    "interval_weeks": pl.Float64,
    "season_start": pl.String,
    "season_end": pl.String,
    **dict.fromkeys(word_list("start_on end_on paused_from paused_to"), pl.Date),
    "bin_group_no": pl.String,
    "last_emptied_on": pl.Date,
}
EVIDENCE_SCHEMA: dict[str, Any] = {
    "customer_no": pl.String,
    "signal": pl.String,
    "observed_on": pl.Date,
    "detail": pl.String,
}
# Finland with its sea areas, in degrees.
_LATITUDES, _LONGITUDES = (59.3, 70.2), (19.0, 31.7)


def sites_table(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    country = reading.options.country
    frame = clean_keys(prepared(landed, SITES, reading), ["site_no"], reading)
    frame = with_keys(frame, "sites", ["site_no"], reading)
    frame = last_of_each(frame, "sites", ["site_no"], reading)
    keys = frame["site_no"]
    frame = frame.with_columns(simple(frame, "municipality_code", rules.plain, reading))
    ids = reading.mapper.apply(
        frame, ["property_id", "building_id"], partial(rules.property_and_building, country=country), rules.PROPERTY
    )
    address = read_addresses(frame, AddressColumns(municipality_code="municipality_code"), reading)
    typed = typed_columns(
        frame,
        SITES,
        keys,
        ["use", "building_state", "dwellings", "latitude", "longitude"],
        reading,
        building_state="code",
    )
    sites = pl.concat(
        [frame.select("site_no"), ids, address.drop("care_of", "box"), pl.DataFrame(list(typed.values()))],
        how="horizontal",
    )
    if country == "fi":
        sites = _inside_finland(sites, reading)
    return exactly(sites, SITE_SCHEMA)


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
    frame = with_keys(frame, "site_roles", ["customer_no", "site_no"], reading)
    keys = row_keys(frame, "customer_no", "site_no")
    typed = typed_columns(frame, SITE_ROLES, keys, ["role", "start_on", "end_on"], reading)
    known = typed["role"].is_not_null()
    reading.reject("site_roles", frame.filter(~known), "role is missing or unknown")
    roles = frame.select("customer_no", "site_no").with_columns(list(typed.values())).filter(known)
    return exactly(roles.unique(maintain_order=True), ROLE_SCHEMA)


def services_table(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    references = ["service_no", "customer_no", "site_no", "bin_group_no"]
    frame = clean_keys(prepared(landed, SERVICES, reading), references, reading)
    frame = with_keys(frame, "services", ["service_no", "customer_no"], reading)
    frame = last_of_each(frame, "services", ["service_no"], reading)
    typed = typed_columns(
        frame,
        SERVICES,
        frame["service_no"],
        word_list("""waste_type bin_litres bin_count interval_weeks season_start season_end start_on end_on paused_from paused_to
        last_emptied_on"""),
        reading,
        waste_type="code",
    )
    return exactly(frame.select(references).with_columns(list(typed.values())), SERVICE_SCHEMA)


def evidence_table(landed: Mapping[str, pl.DataFrame], reading: Reading) -> pl.DataFrame:
    frame = clean_keys(prepared(landed, EVIDENCE, reading), ["customer_no"], reading)
    frame = with_keys(frame, "evidence", ["customer_no"], reading)
    typed = typed_columns(frame, EVIDENCE, frame["customer_no"], ["signal", "observed_on"], reading)
    known, dated = typed["signal"].is_not_null(), typed["observed_on"].is_not_null()
    reading.reject("evidence", frame.filter(~known), "signal is missing or unknown")
    reading.reject("evidence", frame.filter(known & ~dated), "observed_on is no date")
    rows = frame.select("customer_no").with_columns([*typed.values(), simple(frame, "detail", rules.plain, reading)])
    return exactly(rows.filter(known & dated), EVIDENCE_SCHEMA)
