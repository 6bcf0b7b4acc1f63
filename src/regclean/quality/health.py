"""The register's health in a few numbers, night after night: what the overview's trends are drawn from.

Customers under non-disclosure are in none of them: the numbers are the same for everybody who may see the overview.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb
from sqlalchemy import func, select

from regclean.ledger import Ledger
from regclean.ledger.tables import finding_subjects, findings, protected_subjects
from regclean.warehouse import load_sql, rows

FIELDS = ("national_id", "business_id", "postal_code", "phone", "email", "e_invoice_address", "iban")
PACKAGE = "regclean.quality"


def protected_customers(ledger: Ledger) -> list[str]:
    """Everybody who is or was under non-disclosure, as "customers:<number>", sorted."""
    with ledger.read() as connection:
        return sorted(connection.execute(select(protected_subjects.c.subject)).scalars())


def register_health(
    connection: duckdb.DuckDBPyConnection, *, as_of: date, protected: Collection[str]
) -> dict[str, float]:
    """Measures of one night's linked tables: shares 0..1, days, and complaints of a year for 1,000 customers.

    A measure without anything to measure is left out.
    """
    parameters = {"as_of": as_of, "protected": sorted(protected)}
    return {
        str(name): float(value)
        for name, value in rows(connection, load_sql("health", PACKAGE), parameters)
        if value is not None
    }


def open_by_kind(ledger: Ledger) -> dict[str, float]:
    """What the night in force found and nobody has rejected: customers that look stale, defects of shared bins, fields.

    A rejected finding is no fault of the register. Informative ones are not counted.
    """
    restricted = select(finding_subjects.c.finding_id).join(
        protected_subjects, protected_subjects.c.subject == finding_subjects.c.subject
    )
    counted = (
        findings.c.present,
        findings.c.state.not_in(("rejected", "withdrawn", "applied", "verified")),
        findings.c.severity != "info",
        ~findings.c.protected,
        findings.c.finding_id.not_in(restricted),
    )
    query = select(findings.c.kind, func.count(), func.count(findings.c.case_key.distinct())).where(*counted)
    with ledger.read() as connection:
        found = {row[0]: (row[1], row[2]) for row in connection.execute(query.group_by(findings.c.kind))}
    none = (0, 0)
    return {
        "stale_customers": float(found.get("stale", none)[1]),
        "bin_group_defects": float(found.get("bin_group", none)[0]),
        "bin_groups_with_defects": float(found.get("bin_group", none)[1]),
        "field_faults": float(found.get("field", none)[0]),
    }
