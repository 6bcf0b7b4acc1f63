"""Workbooks and parquet: typed cells become the text a clerk would have typed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from landing_bench import Bench, section

from regclean.errors import InputError
from regclean.landing.textual import plain

NOON_AND_MORE = dt.datetime(2024, 5, 1, 12, 30)  # noqa: DTZ001  # workbooks know no time zones
MIDNIGHT = dt.datetime(2020, 1, 2)  # noqa: DTZ001  # as above
DATA = Path(__file__).parents[1] / "data" / "landing"


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "d.m.yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(at, column, value)
    book.close()


MEMBERS = section(
    "columns",
    {"bin_group_no": "Kimppa", "name": "Nimi", "postal_code": "Postinro", "share_percent": "%", "start_on": "Alku"},
)
HEADER = ["Kimppa", "Nimi", "Postinro", "%", "Alku"]


def test_a_shared_bin_list_with_a_title_above_its_table(bench: Bench) -> None:
    write_workbook(
        bench.root / "in" / "kimppa.xlsx",
        {
            "Osakkaat": [
                ["Kimppa 0012, Mäntyranta"],
                ["Yhteyshenkilö", "N. N.", None, "040 000"],
                [],
                HEADER,
                ["0012", "A", "00100", 33.5, dt.date(2024, 5, 1)],
                [],
                [12, "B", 70100, 66.5, NOON_AND_MORE],
                ["", "C", "", "", ""],
            ],
            "Ohje": [["Täytä taulukko."]],
            "Loput": [HEADER, ["0013", "D", "00200", 100, "1.6.2024"]],
            "Tyhjä": [],
        },
    )
    bench.limits = {"max_quarantined_percent": 50.0}
    bench.source("bin_group_members", MEMBERS, path="in/*.xlsx")
    first, second = bench.load()
    columns = ("bin_group_no", "name", "postal_code", "share_percent", "start_on", "_file", "_row")
    assert bench.rows("bin_group_members", *columns) == [
        ("0013", "D", "00200", "100", "1.6.2024", "in/kimppa.xlsx#Loput", 2),
        ("0012", "A", "00100", "33.5", "2024-05-01", "in/kimppa.xlsx#Osakkaat", 5),
        ("12", "B", "70100", "66.5", "2024-05-01 12:30:00", "in/kimppa.xlsx#Osakkaat", 7),
    ]
    assert (first.records, first.loaded, first.quarantined) == (3, 2, 1)
    assert (second.records, second.loaded) == (1, 1)
    assert first.notes == ("sheet 'Ohje' was left out: it has no column for bin_group_no",)
    why = bench.night.execute("SELECT file, line, why FROM landed.quarantine").fetchall()
    assert why == [("in/kimppa.xlsx#Osakkaat", 8, "bin_group_no is empty")]


def test_no_sheet_with_the_header_names_what_was_found(bench: Bench) -> None:
    write_workbook(bench.root / "in" / "x.xlsx", {"A": [["Kimpan nimi", "Nimi"], ["Ranta", "n1"]]})
    bench.source("bin_group_members", section("columns", {"bin_group_no": "Kimppa", "name": "Nimi"}), path="in/x.xlsx")
    with pytest.raises(InputError) as caught:
        bench.load()
    assert (caught.value.file, caught.value.column) == ("in/x.xlsx#A", "bin_group_no")
    assert '"Kimpan nimi"' in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pass_protected.xlsx", "protected by a password"),
        ("pass_protected.xlsb", "protected by a password"),
        ("pass_protected.ods", "protected by a password"),
        ("ptgexp-truncated-operand.xls", "cannot be read"),
        ("empty_sheet.xlsx", "is empty"),
    ],
)
def test_workbooks_that_cannot_be_read(bench: Bench, name: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    bench.put(name, (DATA / "calamine_tests" / name).read_bytes())
    bench.source("sites", path=f"in/{name}")
    with pytest.raises(InputError, match=said) as caught:
        bench.load()
    assert caught.value.remedy
    assert "panicked" not in capfd.readouterr().err


def test_a_truncated_workbook(bench: Bench) -> None:
    whole = (DATA / "readxl_sheets" / "deaths.xlsx").read_bytes()
    bench.put("x.xlsx", whole[: len(whole) // 2])
    bench.source("sites", path="in/x.xlsx")
    with pytest.raises(InputError, match="damaged"):
        bench.load()


def test_parquet_is_written_as_a_clerk_would(bench: Bench) -> None:
    pl.DataFrame(
        {
            "customer_no": ["0012", "13", None],
            "birth_date": [dt.date(1990, 1, 2), None, None],
            "created_on": [MIDNIGHT, NOON_AND_MORE, None],
            "postal_code": pl.Series([100, 70100, 1], dtype=pl.Int32),
            "phone": [358401234567.0, 0.1, None],
            "iban": [Decimal("12.50"), None, None],
            "non_disclosure": [True, False, None],
            "kind": pl.Series(["person", "company", None], dtype=pl.Categorical),
            "junk": [[1], [2], [3]],
        }
    ).write_parquet(bench.root / "in" / "x.parquet")
    bench.limits = {"max_quarantined_percent": 50.0}
    bench.source("customers", section("ignore", {"columns": ["junk"]}), path="in/x.parquet")
    (report,) = bench.load()
    assert (report.records, report.loaded, report.quarantined) == (3, 2, 1)
    columns = [
        "customer_no",
        "birth_date",
        "created_on",
        "postal_code",
        "phone",
        "iban",
        "non_disclosure",
        "kind",
        "_row",
    ]
    assert bench.rows("customers", *columns) == [
        ("0012", "1990-01-02", "2020-01-02", "100", "358401234567", "12.50", "true", "person", 2),
        ("13", None, "2024-05-01 12:30:00", "70100", "0.1", None, "false", "company", 3),
    ]


def test_parquet_without_plain_text_or_damaged(bench: Bench) -> None:
    path = bench.root / "in" / "x.parquet"
    pl.DataFrame({"customer_no": ["1"], "name": [["a"]]}).write_parquet(path)
    bench.source("customers", path="in/x.parquet")
    with pytest.raises(InputError, match="column name: the column holds values of type List"):
        bench.load()
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InputError, match="damaged"):
        bench.load()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_plain_and_exact(value: float) -> None:
    text = plain(value)
    assert text is not None
    assert float(text) == value
    assert "e" not in text
    assert not text.endswith(".0")
