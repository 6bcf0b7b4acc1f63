"""The search box's index: by what things are found, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from regclean.config import derived_key, load_workspace, workspace_key
from regclean.inspection import Hit, search
from regclean.night import open_published
from regclean.standardise import national_id_hash


@pytest.fixture(scope="module")
def night(_published_once: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse, run_id = open_published(load_workspace(_published_once))
    with warehouse.read(run_id) as connection:
        yield connection


def found(night: duckdb.DuckDBPyConnection, text: str, *, restricted: bool = False) -> list[tuple[str, str]]:
    return [(hit.table, hit.key) for hit in search(night, text, restricted=restricted)]


@pytest.mark.parametrize(
    "asked",
    [
        "1003",
        "virtanen matti",
        "Matti Virtanen",
        "MATTI VIRT",
        "virt mat",
        "050 765",
        "0507654321",
        "+358 50 7654",
        "00358507654321",
    ],
)
def test_a_customer_is_found_by_the_beginning_of_anything(night: duckdb.DuckDBPyConnection, asked: str) -> None:
    assert ("customers", "1003") in found(night, asked)


def test_a_number_that_is_written_whole_comes_first(night: duckdb.DuckDBPyConnection) -> None:
    assert found(night, "1003")[0] == ("customers", "1003")
    assert found(night, "k1")[0] == ("bin_groups", "K1")


def test_every_word_must_fit(night: duckdb.DuckDBPyConnection) -> None:
    assert ("customers", "1003") not in found(night, "virtanen zzz")
    assert found(night, "") == found(night, " ,-") == found(night, "%") == []


def test_a_house_number_belongs_to_its_street(night: duckdb.DuckDBPyConnection) -> None:
    street, number = night.execute(
        "SELECT street_address, customer_no FROM customers WHERE street_address IS NOT NULL AND NOT non_disclosure "
        "ORDER BY customer_no LIMIT 1"
    ).fetchone() or ("", "")
    assert ("customers", number) in found(night, street)
    assert ("customers", number) not in found(night, f"{street.split()[0]} 998")


def test_the_protected_are_there_for_the_role_alone(night: duckdb.DuckDBPyConnection) -> None:
    assert found(night, "1014") == []
    hit = next(hit for hit in search(night, "1014", restricted=True) if hit.key == "1014")
    assert (hit.protected, hit.label, hit.place) == (True, None, None)


def test_a_national_id_is_found_whole_and_shown_never(
    published_register: Path, night: duckdb.DuckDBPyConnection
) -> None:
    workspace = load_workspace(published_register)
    key = derived_key(workspace_key(workspace.var), "national_id")

    def by_id(text: str) -> list[Hit]:
        known = national_id_hash(text, country="fi", key=key, as_of=date(2026, 11, 1), accept_test_ids=True)
        return search(night, text, restricted=False, id_hash=known)

    masks = {mask for (mask,) in night.execute("SELECT national_id_masked FROM customers").fetchall() if mask}
    hits = by_id("010190-901R")
    assert hits
    assert {hit.field for hit in hits} == {"national_id"}
    assert by_id("010190-901") == by_id("010190") == []
    terms = {term for (term,) in night.execute("SELECT term FROM search_terms").fetchall()}
    assert not terms & {"010190901r", "010190 901r"} | (terms & masks)
