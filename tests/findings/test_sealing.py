"""National ids in the ledger: under seal, only those that are needed, and whom nobody may see is noted for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest
from sqlalchemy import select

from regclean.findings.sealing import seal, unseal
from regclean.ledger import Ledger, open_ledger
from regclean.ledger.tables import protected_subjects, sealed
from regclean.warehouse import load_sql

KEY = b"k" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, ledger_url: Callable[[str], str]) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url(request.param))
    yield opened
    opened.close()


def night(landed: dict[str, str | None], subjects: list[str], protected: list[str]) -> duckdb.DuckDBPyConnection:
    """A warehouse with just what sealing reads."""
    connection = duckdb.connect()
    connection.execute(load_sql("macros"))
    connection.execute("CREATE SCHEMA raw")
    connection.execute("CREATE TABLE raw.customers (key TEXT, national_id TEXT)")
    connection.execute("CREATE TABLE raw.misplaced_ids (table_name TEXT, key TEXT, national_id TEXT)")
    connection.execute("CREATE TABLE customers (customer_no TEXT, non_disclosure BOOLEAN)")
    connection.execute("CREATE TABLE findings (subjects TEXT, kind TEXT)")
    for customer_no, national_id in landed.items():
        connection.execute("INSERT INTO raw.customers VALUES (?, ?)", [customer_no, national_id])
        connection.execute("INSERT INTO customers VALUES (?, ?)", [customer_no, customer_no in protected])
    for subject in subjects:
        connection.execute("INSERT INTO findings VALUES (?, 'duplicate')", [f'["{subject}"]'])
    return connection


def kept(ledger: Ledger, key: bytes = KEY) -> dict[str, str | None]:
    with ledger.read() as connection:
        return {row.subject: unseal(row.sealed, key) for row in connection.execute(select(sealed))}


def tokens(ledger: Ledger) -> set[str]:
    with ledger.read() as connection:
        return set(connection.execute(select(sealed.c.sealed)).scalars())


def protected_now(ledger: Ledger) -> set[str]:
    with ledger.read() as connection:
        return set(connection.execute(select(protected_subjects.c.subject)).scalars())


LANDED = {"1": "010190-901R", "2": " 020290-902S ", "3": "030390-903T", "4": None, "5": " "}
EVERYBODY = [f"customers:{number}" for number in LANDED]


def test_only_who_a_finding_is_about_and_only_under_seal(ledger: Ledger) -> None:
    assert seal(ledger, night(LANDED, ["customers:1", "customers:2", "customers:4", "customers:5"], []), KEY, "r1") == 2
    assert kept(ledger) == {"customers:1": "010190-901R", "customers:2": "020290-902S"}
    assert not any("010190" in token for token in tokens(ledger))
    assert set(kept(ledger, b"x" * 32).values()) == {None}


def test_the_same_night_again_changes_nothing(ledger: Ledger) -> None:
    seal(ledger, night(LANDED, EVERYBODY, []), KEY, "r1")
    first = tokens(ledger)
    seal(ledger, night(LANDED, EVERYBODY, []), KEY, "r2")
    assert tokens(ledger) == first


def test_what_changes_or_is_not_needed_any_more_goes(ledger: Ledger) -> None:
    seal(ledger, night(LANDED, EVERYBODY, []), KEY, "r1")
    seal(ledger, night(LANDED | {"1": "010190-999X"}, ["customers:1", "customers:3"], []), KEY, "r2")
    assert kept(ledger) == {"customers:1": "010190-999X", "customers:3": "030390-903T"}


def test_another_key_seals_anew(ledger: Ledger) -> None:
    seal(ledger, night(LANDED, EVERYBODY, []), KEY, "r1")
    seal(ledger, night(LANDED, EVERYBODY, []), b"n" * 32, "r2")
    assert kept(ledger, b"n" * 32)["customers:1"] == "010190-901R"


def test_protection_is_noted_and_never_lapses_by_itself(ledger: Ledger) -> None:
    """Also of a customer about whom nothing was found: it may be a neighbour in somebody else's evidence."""
    seal(ledger, night(LANDED, ["customers:1"], ["2", "3"]), KEY, "r1")
    assert protected_now(ledger) == {"customers:2", "customers:3"}
    seal(ledger, night(LANDED, ["customers:1"], ["3"]), KEY, "r2")
    assert protected_now(ledger) == {"customers:2", "customers:3"}
