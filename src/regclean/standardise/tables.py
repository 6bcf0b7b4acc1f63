"""From landed text to the night's typed tables: which rule reads which column.

`standardise_tables` gives exactly the columns of the register's shape (`domain/register`) and of `warehouse/sql/schema.sql`. Nothing is lost: a row that cannot stand in
its table is in `rejected` with its place, a value that cannot be read is named (by key and column) in `unreadable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from regclean.domain.register import EMPTYINGS, INVOICES
from regclean.standardise.bin_group_tables import bin_group_tables
from regclean.standardise.columns import MARKS, MISPLACED, ORIGINS, REJECTED, UNREADABLE, Options, Reading
from regclean.standardise.customer_tables import customer_addresses, customer_tables
from regclean.standardise.mapping import Mapper
from regclean.standardise.misplaced import misplaced_ids
from regclean.standardise.protection import hidden_at, protected_elsewhere, protected_in_quarantine
from regclean.standardise.repairs import repairs
from regclean.standardise.site_tables import (
    buildings_table,
    evidence_table,
    history_table,
    services_table,
    site_roles_table,
    sites_table,
)

__all__ = ["Options", "Standardised", "standardise_tables"]


@dataclass(frozen=True, slots=True)
class Standardised:
    """The typed tables by name; `rejected` (table_name, file, line, why, record); `unreadable` (table, key, column).

    `origins` (table_name, key, _file, _row, _hash, taken): the landed rows under each typed key, and which of them the
    typed row was made of. Of site_roles and evidence several rows may stand behind one key. `holds_until`: the first day
    after `as_of` on which the same rows may be read as something else.
    """

    tables: dict[str, pl.DataFrame]
    origins: pl.DataFrame
    rejected: pl.DataFrame
    unreadable: pl.DataFrame
    holds_until: date


def standardise_tables(landed: Mapping[str, pl.DataFrame], options: Options) -> Standardised:
    """Read every canonical table. `landed`: text frames with the canonical columns, `_file`, `_row`, `_hash`; any may be absent."""
    with Mapper(options.processes, options.memory) as mapper:
        reading = Reading(options, mapper, misplaced=landed.get("misplaced_ids", pl.DataFrame(schema=MISPLACED)))
        customers, persons, own_addresses = customer_tables(landed, reading)
        sites = sites_table(landed, reading)
        roles = site_roles_table(landed, reading)
        services = services_table(landed, reading)
        bin_groups, members = bin_group_tables(landed, customers, sites, reading)
        evidence = evidence_table(landed, customers, reading)
        emptyings, invoices = (history_table(table, landed, reading) for table in (EMPTYINGS, INVOICES))
        buildings = buildings_table(landed, reading)
        hidden_at(reading.hidden_sites, (roles, services), reading)
        customers = protected_elsewhere(customers, reading)
        if (quarantine := landed.get("quarantine")) is not None:
            customers = protected_in_quarantine(quarantine, customers, reading)
        origins = pl.concat([pl.DataFrame(schema=ORIGINS), *reading.origins])
        misplaced = misplaced_ids(origins, reading)
        repaired = repairs(landed, origins, reading)
    tables = {
        "customers": customers,
        "customer_persons": persons,
        "customer_addresses": customer_addresses(own_addresses, customers, sites, roles, services),
        "sites": sites,
        "site_roles": roles,
        "services": services,
        "bin_groups": bin_groups,
        "bin_group_members": members,
        "evidence": evidence,
        "emptyings": emptyings,
        "invoices": invoices,
        "buildings": buildings,
        "misplaced_ids": misplaced,
        "doubtful_evidence": reading.doubtful,
        "member_ids": reading.member_ids,
        "hidden_lines": reading.hidden_lines,
        "name_marks": pl.concat([pl.DataFrame(schema=MARKS), *reading.marks]),
        "repairs": repaired,
    }
    tables = {name: _in_order(name, frame) for name, frame in tables.items()}
    rejected = pl.concat([pl.DataFrame(schema=REJECTED), *reading.rejected]).sort("table_name", "file", "line", "why")
    unreadable = (
        pl.concat([pl.DataFrame(schema=UNREADABLE), *reading.unreadable]).unique().sort("table", "key", "column")
    )
    # Which century a year of two digits is of, the year of the night decides.
    until = min([date(options.as_of.year + 1, 1, 1), *reading.turns])
    return Standardised(tables, origins.sort("table_name", "key", maintain_order=True), rejected, unreadable, until)


# What the rows of a table are looked up by: in this order they stand, so that a look-up reads few blocks of the file.
_LOOKED_UP_BY = ("customer_no", "site_no", "bin_group_no", "service_no", "building_id")


def _in_order(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    keys = ("bin_group_no",) if name == "bin_group_members" else _LOOKED_UP_BY
    key = next((one for one in keys if one in frame.columns), None)
    return frame if key is None or frame[key].is_sorted() else frame.sort(key, maintain_order=True)
