"""Which landed row stands behind a typed row, and which of two rows with one key is the truth."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regclean.domain.register import TABLES
from regclean.standardise.tables import Options, Standardised, standardise_tables

OPTIONS = Options(country="fi", accept_test_ids=True, as_of=date(2026, 11, 21), id_key=b"a key for tests", processes=1)
Place = tuple[str, int]
Row = dict[str, str | None]


def landed(table: str, rows: dict[Place, Row]) -> pl.DataFrame:
    """Rows by their place; the hash says what is in them, as landing's does."""
    names = list(TABLES[table].by_name)
    return pl.DataFrame(
        [
            {name: row.get(name) for name in names}
            | {"_file": file, "_row": number, "_hash": repr(sorted((n, v) for n, v in row.items() if v is not None))}
            for (file, number), row in rows.items()
        ],
        schema=dict.fromkeys(names, pl.String) | {"_file": pl.String, "_row": pl.Int64, "_hash": pl.String},
    )


def standardise(**tables: dict[Place, Row]) -> Standardised:
    return standardise_tables({name: landed(name, rows) for name, rows in tables.items()}, OPTIONS)


def origins(result: Standardised, table: str) -> dict[str, list[tuple[str, int, bool]]]:
    """Places by key: (file, row, taken)."""
    found: dict[str, list[tuple[str, int, bool]]] = {}
    of_table = result.origins.filter(pl.col("table_name") == table).sort("key", "_file", "_row")
    for key, file, row, taken in of_table.select("key", "_file", "_row", "taken").iter_rows():
        found.setdefault(key, []).append((file, row, taken))
    return found


def test_every_typed_row_has_the_landed_row_it_came_from() -> None:
    result = standardise(
        customers={("c.csv", 2): {"customer_no": " 1002.0"}, ("c.csv", 3): {"customer_no": "1003"}},
        sites={("s.csv", 2): {"site_no": "S1 "}},
        services={("v.csv", 2): {"service_no": "V1", "customer_no": "1002.0"}},
        bin_groups={("k.csv", 2): {"bin_group_no": "K1"}},
        bin_group_members={("l.csv", 4): {"bin_group_no": "K1", "name": "Aino Laine"}},
        site_roles={("r.csv", 2): {"customer_no": "1002.0", "site_no": "S1", "role": "omistaja"}},
        evidence={("e.csv", 2): {"customer_no": "1003", "signal": "muutto", "observed_on": "1.2.2026"}},
    )
    assert origins(result, "customers") == {"1002": [("c.csv", 2, True)], "1003": [("c.csv", 3, True)]}
    assert origins(result, "sites") == {"S1": [("s.csv", 2, True)]}
    assert origins(result, "services") == {"V1": [("v.csv", 2, True)]}
    assert origins(result, "bin_groups") == {"K1": [("k.csv", 2, True)]}
    assert origins(result, "bin_group_members") == {"K1/1": [("l.csv", 4, True)]}, "a line without a number has one too"
    assert origins(result, "site_roles") == {"1002/S1/owner": [("r.csv", 2, True)]}
    assert origins(result, "evidence") == {"1003/move/2026-02-01": [("e.csv", 2, True)]}


def test_every_row_of_a_role_told_twice_stands_behind_it() -> None:
    role: Row = {"customer_no": "1", "site_no": "S1", "role": "owner"}
    result = standardise(site_roles={("r.csv", 2): role, ("r.csv", 3): role})
    assert result.tables["site_roles"].height == 1
    assert origins(result, "site_roles") == {"1/S1/owner": [("r.csv", 2, True), ("r.csv", 3, True)]}


FULL: Row = {"name": "Aino Laine", "phone": "040 1111111", "email": "aino@example.org"}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"updated_on": "2.3.2024", "phone": "050 2222222"}, {"updated_on": "2024-03-01", **FULL}),
        ({"updated_on": "1.1.2010"}, FULL),
        (FULL, {"name": "Aino Laine", "phone": "050 2222222", "email": " "}),
    ],
    ids=["newer", "dated", "fuller"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_newest_row_is_the_truth_else_the_fullest(better: Row, worse: Row, turned: bool) -> None:
    first, last = (worse, better) if turned else (better, worse)
    result = standardise(
        customers={("b.csv", 2): {"customer_no": "1001", **first}, ("a.csv", 7): {"customer_no": "1001.0", **last}}
    )
    taken, other = (("a.csv", 7), ("b.csv", 2)) if turned else (("b.csv", 2), ("a.csv", 7))
    assert set(origins(result, "customers")["1001"]) == {(*taken, True), (*other, False)}
    assert result.rejected.select("file", "line").row(0) == other
    assert "customer_no" in result.rejected["why"][0]


VALUES = st.sampled_from([None, "", "1.1.2020", "2.1.2020", "Aino Laine", "040 1111111", "050 2222222"])
ROWS = st.lists(st.fixed_dictionaries(dict.fromkeys(("name", "phone", "updated_on"), VALUES)), min_size=2, max_size=5)


@given(rows=ROWS, data=st.data())
@settings(max_examples=25)  # each standardises a register twice
def test_neither_lines_nor_files_decide(rows: list[Row], data: st.DataObject) -> None:
    """The same rows in any order and any files give the same customer."""
    rows = [{"customer_no": "1001", **row} for row in rows]
    files = data.draw(st.lists(st.sampled_from("abc"), min_size=len(rows), max_size=len(rows)))
    shuffled = data.draw(st.permutations(rows))
    plain = standardise(customers={("a", number): row for number, row in enumerate(rows)})
    moved = standardise(
        customers={(file, number): row for number, (file, row) in enumerate(zip(files, shuffled, strict=True))}
    )
    assert plain.tables["customers"].equals(moved.tables["customers"])
    assert moved.origins["taken"].sum() == 1
    assert moved.rejected.height == len(rows) - 1
