"""Whoever may not be disclosed is protected wherever the register says so: also on a row that gave way to another one."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from regclean.domain.register import TABLES
from regclean.standardise.tables import Options, Standardised, standardise_tables

OPTIONS = Options(country="fi", accept_test_ids=True, as_of=date(2026, 11, 21), id_key=b"a key for tests", processes=1)
Row = dict[str, str | None]
FULL: Row = {"name": "Aho Esa", "street_address": "Kotitie 7", "postal_code": "70100", "phone": "040 1234567"}


def standardise(quarantined: str | None = None, **tables: list[Row]) -> Standardised:
    landed = {}
    for table, rows in tables.items():
        names = list(TABLES[table].by_name)
        cells = [{name: row.get(name) for name in names} for row in rows]
        landed[table] = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String)).with_columns(
            _file=pl.lit("in.csv"), _row=pl.int_range(2, len(rows) + 2), _hash=pl.int_range(len(rows)).cast(pl.String)
        )
    if quarantined:
        row = {"table_name": ["customers"], "file": ["in.csv"], "line": [9], "why": ["x"], "record": [quarantined]}
        landed["quarantine"] = pl.DataFrame(row)
    return standardise_tables(landed, OPTIONS)


def hidden(result: Standardised) -> list[str]:
    return result.tables["customers"].filter("non_disclosure")["customer_no"].to_list()


def customers(*rows: Row) -> list[Row]:
    return [{"customer_no": "1003", **row} for row in rows] + [{"customer_no": "1004", **FULL, "name": "Laine Aino"}]


@pytest.mark.parametrize(
    "mark",
    [
        {"street_address": "Salainen osoite"},
        {"name": "Aho Esa TURVAKIELTO"},
        {"name": None, "last_name": "Aho", "first_names": "Esa (turvakielto)"},
        {"non_disclosure": "kyllä"},
        {"non_disclosure": "Turvakielto 31.12.2027 asti"},
        {"phone": "spärrmarkering"},
        {"status": "Turvakielto"},
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_row_that_gives_way_protects_its_customer(mark: Row, turned: bool) -> None:
    rows: list[Row] = [{"name": "Aho", **mark}, FULL]
    result = standardise(customers=customers(*(rows[::-1] if turned else rows)))
    assert hidden(result) == ["1003"]
    assert result.tables["customers"]["street_address"].to_list() == ["Kotitie 7", "Kotitie 7"], "the fuller row stands"
    assert ("1003", "non_disclosure") in result.tables["name_marks"].select("customer_no", "mark").rows()


MARKED: Row = {"name": "Aho", "street_address": "Salainen osoite"}


@pytest.mark.parametrize(
    ("rows", "protected"),
    [
        ([MARKED | {"updated_on": "1.1.2025"}, FULL | {"updated_on": "2.1.2025"}], False),
        ([MARKED | {"updated_on": "2.1.2025"}, FULL | {"updated_on": "2.1.2025"}], True),
        ([MARKED | {"updated_on": "2.1.2025"}, FULL], True),
        ([MARKED, FULL | {"updated_on": "2.1.2025"}], True),
        ([MARKED | {"updated_on": "eilen"}, FULL | {"updated_on": "2.1.2025"}], True),
        # a day that has not come yet says nothing
        ([MARKED | {"updated_on": "1.1.2025"}, FULL | {"updated_on": "1.1.2027"}], True),
        # of three, each row that is not older than the one taken has its say
        ([FULL | {"updated_on": "3.1.2025"}, FULL | {"updated_on": "1.1.2025"}, MARKED | {"updated_on": "2.1.2025"}], False),
        ([FULL | {"updated_on": "3.1.2025"}, FULL | {"updated_on": "1.1.2025"}, MARKED], True),
        ([FULL, FULL | {"email": "esa@example.org"}, MARKED], True),
        ([MARKED | {"updated_on": "3.1.2025"}, FULL | {"updated_on": "1.1.2025"}, FULL], True),
    ],
)  # fmt: skip
def test_only_a_strictly_newer_row_lifts_it(rows: list[Row], protected: bool) -> None:
    for order in (rows, rows[::-1]):
        assert hidden(standardise(customers=customers(*order))) == (["1003"] if protected else [])


@pytest.mark.parametrize(
    "tables",
    [
        {"bin_group_members": [{"bin_group_no": "K1", "customer_no": "1003", "name": "Aho Esa, turvakielto"}]},
        {"bin_group_members": [{"bin_group_no": "K1", "member_no": "1", "customer_no": "1003", "street_address": "salainen"},
                               {"bin_group_no": "K1", "member_no": "1", "customer_no": "1003", **FULL}]},
        {"bin_groups": [{"bin_group_no": "K1", "contact_customer_no": "1003", "host_customer_no": "1004",
                         "contact_name": "Aho Esa (turvakielto)"}]},
        {"bin_groups": [{"bin_group_no": "K1", "contact_customer_no": "1004", "host_customer_no": "1003",
                         "street_address": "Salainen osoite"}]},
        {"evidence": [{"customer_no": "1003", "signal": "move", "observed_on": "1.2.2026", "detail": "osoite salainen"}]},
        # rows that mean nothing to the night otherwise
        {"evidence": [{"customer_no": "1003.0", "signal": "Turvakielto", "observed_on": "1.2.2026"}]},
        {"evidence": [{"customer_no": "1003", "signal": "move", "observed_on": "?", "detail": "Turvakielto"}]},
        {"site_roles": [{"customer_no": "1003", "site_no": "S1", "role": "turvakielto"}]},
        {"sites": [{"site_no": "S1", "street_address": "TURVAKIELTO"}],
         "services": [{"service_no": "V1", "customer_no": "1003", "site_no": "S1"}]},
        {"sites": [{"site_no": "S1", "street_address": "Salainen osoite"}, {"site_no": "S1", "street_address": "Tie 1", "city": "Oulu"}],
         "site_roles": [{"customer_no": "1003", "site_no": "S1", "role": "owner"},
                        {"customer_no": "1004", "site_no": "S1", "role": "owner", "end_on": "1.1.2020"}]},
    ],
)  # fmt: skip
def test_a_mark_in_another_table_protects(tables: dict[str, list[Row]]) -> None:
    result = standardise(customers=customers(FULL), **tables)
    assert hidden(result) == ["1003"]
    assert "1003" in result.tables["name_marks"].filter(pl.col("mark") == "non_disclosure")["customer_no"]


@pytest.mark.parametrize(
    "record",
    [
        "1003;Aho Esa;Salainen osoite;;;;",
        'X;"1003";Aho Esa TURVAKIELTO;;;;',
        # a delimiter too many before the number
        "Aho;Esa;1003;Turvakielto;",
        "Aho\tEsa\t1003.0\tTurvakielto\t",
    ],
)
def test_a_row_in_quarantine_protects(record: str) -> None:
    assert hidden(standardise(record, customers=customers(FULL))) == ["1003"]


@pytest.mark.parametrize(
    "cells",
    [
        {"non_disclosure": "ei turvakieltoa"},
        {"non_disclosure": "Ingen spärrmarkering"},
        {"non_disclosure": "päättynyt 1.1.2020"},
        {"non_disclosure": "normaali"},
        {"name": "Aho Esa (ei turvakieltoa)"},
        {"segment": "Suojattu"},
    ],
)
def test_what_says_that_there_is_none_hides_nobody(cells: Row) -> None:
    result = standardise(customers=customers(FULL | cells))
    assert hidden(result) == []
    assert result.tables["customers"]["name"][0] == "Esa Aho"


@pytest.mark.parametrize("detail", ["Astian avainta ei luovutettu", "salainen", "kysyi tietosuojaselosteesta"])
def test_a_remark_on_something_else_hides_nobody(detail: str) -> None:
    row: Row = {"customer_no": "1003", "signal": "complaint", "observed_on": "1.2.2026", "detail": detail}
    assert hidden(standardise(customers=customers(FULL), evidence=[row])) == []


def test_a_line_that_is_marked_is_told_by_its_key() -> None:
    result = standardise(
        customers=customers(FULL),
        bin_group_members=[{"bin_group_no": "K1", "member_no": "4", "name": "Aho Esa TURVAKIELTO"}],
    )
    assert hidden(result) == []
    assert result.tables["hidden_lines"].rows() == [("K1", "4")]
