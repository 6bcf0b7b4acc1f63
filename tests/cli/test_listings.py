"""Every listing of the command line is written the same way: to the screen, to a file by its suffix, for programs."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regclean.cli.app import _Chosen, run
from regclean.cli.console import PIPE_WIDTH
from regclean.cli.listing import FORMATS, write
from regclean.csv_files import harmless
from regclean.errors import UsageError

FRAME = pl.DataFrame(
    {
        "text": ["00123", "=1+1", None, "1.2.2026", "https://example.fi"],
        "number": [1, 2, 3, None, 5],
        "names": [["a", "b"], [], None, ["ä;,\n"], ["x"]],
        "day": [date(2026, 11, 1)] * 5,
    }
)


@pytest.fixture
def out(
    published_register: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """A function: a command line -> what it prints. The workspace that it names is nobody's after the test."""
    monkeypatch.setattr(_Chosen, "folder", Path())

    def call(*arguments: object, code: int = 0) -> str:
        done = run(["-w", str(published_register), *map(str, arguments)])
        captured = capfd.readouterr()
        assert done == code, captured
        return " ".join(captured.err.split()) if code else captured.out

    return call


def test_a_csv_file_for_spreadsheets_has_its_mark_and_no_formula(
    published_register: Path, tmp_path: Path, out: Callable[..., str]
) -> None:
    settings = published_register / "regclean.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[workspace]", '[workspace]\ncsv = "spreadsheet"', 1), encoding="utf-8")
    piped = out("clusters")
    out("clusters", "-o", tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_bytes()
    assert written.startswith("\ufeffcluster_id;customer_no\r\n".encode())
    read = pl.read_csv(written.removeprefix("\ufeff".encode()), separator=";", infer_schema=False)
    assert read.equals(pl.read_csv(piped.encode(), infer_schema=False))  # a pipe is for programs


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("+358 40 123 4567", True),
        ("+358401234567", True),
        ("+358 (0)40 1234567 iltaisin, ei viikonloppuna", True),
        ("-5,5", True),
        ("-5.5", True),
        ("040 123", True),
        ("=1+1", False),
        ("+1+1", False),
        ("+1 +cmd|' /C calc'!A0", False),
        ("+358 HYPERLINK(1)", False),
        ("@SUM(A1)", False),
        ("-A1", False),
        ("\t=1", False),
        ("", True),
        ("Aino", True),
    ],
)
def test_what_a_spreadsheet_would_reckon_is_guarded_and_no_phone_number(text: str, safe: bool) -> None:
    assert harmless(text) == (text if safe else f"'{text}")


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_what_its_suffix_says(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"out.{form.upper()}"
    write(FRAME, path)
    if form == "csv":
        read = [tuple(line) for line in csv.reader(path.read_text(encoding="utf-8").splitlines(keepends=True))]
        assert read[0] == tuple(FRAME.columns)
        assert [line[0] for line in read[1:]] == ["00123", "=1+1", "", "1.2.2026", "https://example.fi"]
        assert [json.loads(line[2] or "null") for line in read[1:]] == FRAME["names"].to_list()
    elif form == "parquet":
        assert pl.read_parquet(path).equals(FRAME)
    elif form == "xlsx":
        read_back = pl.read_excel(path, infer_schema_length=None, schema_overrides={"text": pl.String})
        assert read_back["text"].to_list() == FRAME["text"].to_list()
        assert read_back["number"].to_list() == FRAME["number"].to_list()
        assert json.loads(read_back["names"][0]) == ["a", "b"]
    else:
        text = path.read_text(encoding="utf-8")
        lines = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
        assert [line["names"] for line in lines] == FRAME["names"].to_list()
        assert [line["text"] for line in lines] == FRAME["text"].to_list()


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), min_size=1, max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_stays_text_in_a_workbook(tmp_path: Path, texts: list[str]) -> None:
    write(pl.DataFrame({"text": texts}), tmp_path / "texts.xlsx")
    cells = pl.read_excel(tmp_path / "texts.xlsx", schema_overrides={"text": pl.String}, drop_empty_rows=False)["text"]
    assert cells.to_list() == texts


@pytest.mark.parametrize(
    ("name", "form", "said"),
    [
        ("out.odt", None, "csv, jsonl, json, parquet, xlsx"),
        ("out.csv", "json", "--format json"),
        ("nowhere/out.csv", None, "no folder"),
        (".", "csv", "is a folder"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str, form: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        write(FRAME, tmp_path / name, form)
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_is_named_goes_with_any_other_suffix(tmp_path: Path) -> None:
    write(FRAME, tmp_path / "out.txt", "jsonl")
    write(FRAME, tmp_path / "out", None)
    assert json.loads((tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()[0])["text"] == "00123"
    assert (tmp_path / "out").read_text(encoding="utf-8").startswith("text,number")


def test_a_workbook_refuses_what_it_would_cut(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="32,767"):
        write(pl.DataFrame({"long": ["x" * 32_768]}), tmp_path / "out.xlsx")
    with pytest.raises(UsageError, match="1,048,575"):
        write(pl.DataFrame({"many": pl.repeat(1, 1_048_576, eager=True)}), tmp_path / "out.xlsx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("listing", ["findings", "pairs", "clusters", "member-links"])
def test_a_listing_says_the_same_in_every_format(out: Callable[..., str], tmp_path: Path, listing: str) -> None:
    lines = json.loads(out(listing, "--json"))
    assert lines == [json.loads(line) for line in out(listing, "--format", "jsonl").splitlines()]
    for form in ("parquet", "json", "xlsx", "csv"):
        assert out(listing, "-o", tmp_path / f"l.{form}") == ""
    assert pl.read_parquet(tmp_path / "l.parquet").to_dicts() == lines
    assert json.loads((tmp_path / "l.json").read_text(encoding="utf-8")) == lines
    first = next(iter(lines[0]))
    book = pl.read_excel(tmp_path / "l.xlsx", schema_overrides={first: pl.String})
    assert book[first].to_list() == [line[first] for line in lines]
    assert book.columns == list(lines[0])
    assert "--format" in out(listing, "-o", tmp_path / "l.csv", "--json", code=2)
    assert "no folder" in out(listing, "-o", tmp_path / "new/l.csv", code=2)
    assert "parquet" in out(listing, "-o", tmp_path / "l.ods", code=2)
    assert not (tmp_path / "new").exists()


def test_what_is_no_plain_table_is_a_document(
    out: Callable[..., str], published_register: Path, tmp_path: Path, token_for: Callable[..., str], monkeypatch: Any
) -> None:
    assert json.loads(out("show", "bin_groups:K1", "--json"))["subject"] == "bin_groups:K1"
    out("show", "1003", "-o", tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["subject"] == "customers:1003"
    assert "json" in out("show", "1003", "-o", tmp_path / "s.csv", code=2)
    assert json.loads(out("explain", "1003", "1004", "--json"))["relation"] == "same"
    assert json.loads(out("batch", "list", "--json")) == []
    assert {"table", "columns"} == set(json.loads(out("sql", "--json"))[0])
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, "root", "admin"))
    assert json.loads(out("user", "list", "--json"))[0]["user"] == "root"
    finding = json.loads(out("findings", "--rule", "duplicate", "--json"))[0]["finding_id"]
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, "aino", "steward"))
    (tmp_path / "d.csv").write_text(f"finding_id,verdict,user\n{finding},same,aino\n", encoding="utf-8")
    out("decide", "--from", tmp_path / "d.csv")
    out("batch", "build")
    batch = json.loads(out("batch", "show", "1", "--json"))
    assert batch["batch"] == 1
    assert {line["finding"] for line in batch["lines"]} == {finding}
    out("batch", "show", "1", "-o", tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text(encoding="utf-8").startswith("line,op,table,key,column,before,after")


def test_a_wide_part_of_a_subject_can_be_read(out: Callable[..., str]) -> None:
    """No word is cut, and no line is broken in the middle of a word."""
    shown = out("show", "bin_groups:K1")
    assert "…" not in shown
    assert re.search(r"name: Pekka Laine;\s+street_address:\s+Haapaniemenkatu\s+7;", shown)
    assert max(map(len, shown.splitlines())) <= PIPE_WIDTH


@pytest.mark.parametrize("filter_", [("--rule", "S99"), ("--kind", "odd"), ("--state", "odd")])
def test_a_filter_that_is_not_known_is_refused(out: Callable[..., str], filter_: tuple[str, str]) -> None:
    said = out("findings", *filter_, code=2)
    assert filter_[1] in said
    assert "S01" in said or "duplicate" in said or "open" in said


@pytest.mark.parametrize("arguments", [("pairs",), ("show", "1003"), ("sql", "SELECT * FROM customers"), ("--help",)])
def test_a_reader_that_has_seen_enough_is_no_error(published_register: Path, arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [Path(sys.executable).with_name("regclean"), "-w", published_register, *arguments]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
