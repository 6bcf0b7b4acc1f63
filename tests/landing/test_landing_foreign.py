"""Files that are not what they are called, or were made to do harm: named for what they are, within bounds."""

from __future__ import annotations

import errno
import gzip
import multiprocessing.context

import polars as pl
import pytest
from landing_bench import Bench

from regclean.config import Mapping
from regclean.domain.register import TABLES
from regclean.errors import InputError
from regclean.landing.apart import FileReader
from regclean.landing.columns import wanted

HEAD = "customer_no;name;city\n"


def refused(bench: Bench, name: str, content: bytes | str) -> str:
    bench.put(name, content)
    bench.source("customers", path=f"in/{name}")
    with pytest.raises(InputError) as error:
        bench.load()
    assert error.value.file == f"in/{name}"
    assert error.value.remedy
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", "<html><body><table><tr><td>customer_no</td></tr></table>", "a web page"),
        ("a.xls", "\ufeff\r\n<!DOCTYPE html>\n<html>", "a web page"),
        ("a.csv", "<table border=1><tr><th>customer_no", "a web page"),
        ("a.xls", "<style>.x{}</style><table>".encode("utf-16"), "a web page"),
        ("a.xls", '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML"),
        ("a.csv", '<?xml version="1.0"?><asiakkaat/>', "XML"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512,
            "password",
        ),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 64, "damaged"),
        ("a.csv", gzip.compress(HEAD.encode(), mtime=0), "compressed"),
        ("a.xlsx", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3", "a PDF"),
        ("a.csv", b"{\\rtf1\\ansi", "RTF"),
        ("a.csv", HEAD + "x" * (1 << 25), "longer than any row"),
        ("a.csv", HEAD + '1;"' + "x" * (1 << 25), "longer than any row"),
        ("a.csv", "x" * (1 << 25), "longer than any row"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(bench: Bench, name: str, content: bytes | str, said: str) -> None:
    assert said in refused(bench, name, content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_text_table_may_be_called_a_workbook(bench: Bench, encoding: str) -> None:
    bench.put("a.xls", (HEAD.replace(";", "\t") + "1\tÅke Mäkelä\tPori\n").encode(encoding))
    bench.source("customers", path="in/a.xls")
    assert bench.load().loaded == 1
    assert bench.rows("customers", "name") == [("Åke Mäkelä",)]


def test_a_table_may_begin_with_a_smaller_sign(bench: Bench) -> None:
    bench.put("a.csv", "<customer_no>;name\n1;A\n")
    bench.source("customers", '[columns]\ncustomer_no = "<customer_no>"', path="in/a.csv")
    assert bench.load().loaded == 1


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman", "windows-1252", "utf-8"])
def test_old_alphabets_are_read_where_they_are_certain(bench: Bench, encoding: str) -> None:
    text = HEAD + "1;Mäkinen Yrjö;Äänekoski\n2;Åberg Åke;Öja\n"
    bench.put("a.csv", text.encode(encoding))
    bench.source("customers", path="in/a.csv")
    [report] = bench.load()
    assert report.encoding == encoding
    assert bench.rows("customers", "name", "city") == [("Mäkinen Yrjö", "Äänekoski"), ("Åberg Åke", "Öja")]


def test_quotation_marks_make_no_old_alphabet(bench: Bench) -> None:
    bench.put("a.csv", (HEAD + "1;Kahvila \u201eTuli\u201d \u2013 Baari;Pori\n2;Ääni Oy;Öja\n").encode("windows-1252"))
    bench.source("customers", path="in/a.csv")
    [report] = bench.load()
    assert report.encoding == "windows-1252"


def test_a_quote_that_never_closes_takes_one_row(bench: Bench) -> None:
    bench.limits = {"max_quarantined_percent": 100.0}
    rows = "".join(f"{at};Nimi {at};Turku\n" for at in range(2, 20_000))
    bench.put("a.csv", HEAD + '1;"Nimi 1;Turku\n' + rows)
    bench.source("customers", path="in/a.csv")
    report = bench.load()
    assert (report.loaded, report.quarantined) == (19_998, 1)


def test_a_file_that_takes_too_long_is_an_error(bench: Bench) -> None:
    bench.limits = {"file_minutes": 0}
    assert "file_minutes" in refused(bench, "a.csv", HEAD + "1;A;B\n")


def test_a_file_that_takes_too_much_memory_is_an_error_and_the_next_one_is_read(bench: Bench) -> None:
    big = bench.root / "in" / "big.parquet"
    pl.DataFrame({"customer_no": ["1"] * 100_000, "name": ["x" * 20_000] * 100_000}).write_parquet(big)
    looked_for = wanted(TABLES["customers"], Mapping())
    with FileReader(memory_mb=100, minutes=5) as reader:
        with pytest.raises(InputError, match="file_memory_mb = 100"):
            [list(piece.batches) for piece in reader.open(big, looked_for, "big.parquet")]
        small = bench.put("small.csv", HEAD + "1;A;B\n")
        assert [(len(list(p.batches)), p.count()) for p in reader.open(small, looked_for, "small.csv")] == [(1, 1)]


def test_where_no_process_can_be_started_that_is_what_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.context.ForkServerProcess, "start", refuse)
    bench.put("a.csv", HEAD + "1;Aho;Pori\n")
    bench.source("customers", path="in/a.csv")
    with pytest.raises(OSError, match="temporarily unavailable"):
        bench.load()
