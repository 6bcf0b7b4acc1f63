"""The canonical tables, from `tables.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from regclean.domain.register.columns import Column, Table

ADDRESS_PARTS = (
    Column("m_street", "Street key: one for the Finnish and the Swedish name of a street", of=("street_address",)),
    Column("m_house", 'House number without letter ("12"; of "12-14" the first)', of=("street_address",)),
    Column("m_house_letter", "Letter of the house number", of=("street_address",)),
    Column("m_stair", "Stair", of=("street_address",)),
    Column("m_flat", "What tells a home from others in its house: flat, unit, remainder", of=("street_address",)),
    Column("m_postal", "Postal code to match by", of=("postal_code",)),
    Column("m_city", "Post town to match by", of=("city",)),
)


def _columns(told: Mapping[str, Mapping[str, Any]]) -> tuple[Column, ...]:
    values: dict[str, dict[str, Any]] = {
        name: {key: tuple(value) if isinstance(value, list) else value for key, value in column.items()}
        for name, column in told.items()
    }
    return tuple(Column(name, **column) for name, column in values.items())


def _table(name: str, told: dict[str, Any]) -> Table:
    columns, derived = _columns(told.pop("columns")), _columns(told.pop("derived", {}))
    address = ADDRESS_PARTS if told.pop("address_parts", False) else ()
    return Table(name, columns=columns, derived=(*derived, *address), **told)


def _tables() -> dict[str, Table]:
    text = resources.files("regclean.domain.register").joinpath("tables.toml").read_text(encoding="utf-8")
    return {name: _table(name, told) for name, told in tomllib.loads(text).items()}


TABLES: dict[str, Table] = _tables()
CUSTOMERS, SITES, SITE_ROLES, SERVICES, BIN_GROUPS, BIN_GROUP_MEMBERS, EVIDENCE, EMPTYINGS, INVOICES, BUILDINGS = (
    TABLES.values()
)
KINDS = CUSTOMERS.by_name["kind"].codes
SIGNALS = EVIDENCE.by_name["signal"].codes
# Survivorship unit -> the columns that a merged customer keeps together, in their order.
UNITS: dict[str, tuple[str, ...]] = {
    unit: tuple(column.name for column in CUSTOMERS.columns if column.survives_with == unit)
    for unit in dict.fromkeys(column.survives_with for column in CUSTOMERS.columns)
    if unit is not None
}
