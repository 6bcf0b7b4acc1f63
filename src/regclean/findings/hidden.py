"""Customers under non-disclosure (turvakielto): who they are, and what names one of them.

Invariant: a flag that goes away in the register takes nobody out: that is for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import Select, select

from regclean.domain.register import customers_among, subject_text
from regclean.ledger import Ledger
from regclean.ledger.tables import finding_subjects, protected_subjects
from regclean.warehouse import load_sql, registered

_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


def ever_hidden(ledger: Ledger) -> frozenset[str]:
    """The numbers of all customers whom a night so far has called protected."""
    with ledger.read() as reading:
        return frozenset(customers_among(reading.execute(select(protected_subjects.c.subject)).scalars()))


def about_protected() -> Select[Any]:
    """The ids of findings whose subjects are among them."""
    # Not a join: that would be planned as a walk through every finding's subjects; this looks up the few protected ones.
    return select(finding_subjects.c.finding_id).where(
        finding_subjects.c.subject.in_(select(protected_subjects.c.subject))
    )


def protect_linked(connection: duckdb.DuckDBPyConnection) -> None:
    """Whoever was found to stand on a line that says so is protected tonight, as if the line had named the number."""
    connection.execute(load_sql("protect_linked", "regclean.findings"))


@contextmanager
def hidden_customers(connection: duckdb.DuckDBPyConnection, ever: frozenset[str]) -> Iterator[frozenset[str]]:
    """`hidden_customers` (customer_no) for the length of a `with` block: the night's own, and those of nights before."""
    found = connection.execute("SELECT customer_no FROM customers WHERE non_disclosure").fetchall()
    hidden = frozenset(row[0] for row in found) | ever
    frame = pl.DataFrame({"customer_no": sorted(hidden)}, schema={"customer_no": pl.String})
    with registered(connection, "hidden_customers", frame):
        yield hidden


def names_of(hidden: frozenset[str]) -> frozenset[str]:
    """How a JSON document names these customers: by number, or as a subject."""
    return hidden | {subject_text("customers", number) for number in hidden}


def has_one_of(names: frozenset[str], *documents: str | None) -> bool:
    """Is a text in one of the JSON documents one of these names?"""
    return bool(names) and any(not names.isdisjoint(_TEXT.findall(document)) for document in documents if document)
