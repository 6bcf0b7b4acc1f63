"""Delimited text: what is written is what is landed, whatever the dialect; and nothing is lost whatever the bytes."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from landing_bench import Bench, section

from regclean.errors import GateError, InputError
from regclean.landing import delimited
from regclean.landing.columns import ColumnPlan
from regclean.landing.counting import LONGEST_RECORD, count_records
from regclean.landing.delimited import Dialect, Layout, Record, read_lines, read_records
from regclean.landing.encoding import examine
from regclean.standardise.text import is_placeholder

COLUMNS = ("customer_no", "name", "street_address", "city")
HEADER = ";".join(COLUMNS)
OPEN = {"max_quarantined_percent": 100.0, "max_fall_percent": 100.0}
QUICK = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Letters that every encoding under test can write; delimiters, quotes and line ends inside values are the point.
_VALUE = st.text(alphabet="aåäöÅÄÖé0129 -;,\t|\"'\n\r&€\\", max_size=12)
_KEY = st.from_regex(r"[0-9A-Z]{1,8}", fullmatch=True).filter(lambda key: key == "0" or not is_placeholder(key))
# A word alone on its line is a footer where the other keys are unlike it: what has letters stands beside a value here.
_ROW = st.tuples(_KEY, _VALUE, _VALUE, _VALUE).filter(
    lambda row: row[0].isdigit() or any(value.strip() for value in row[1:])
)
_TABLES = st.lists(_ROW, max_size=12)


def landed(bench: Bench) -> list[list[str]]:
    return [[value or "" for value in row] for row in bench.rows("customers", *COLUMNS)]


def as_shown(value: str) -> str:
    """What a spreadsheet shows: blanks alone are no value, and an apostrophe before a number only says that it is text."""
    for apostrophe in "'’":
        before, _, rest = value.lstrip().partition(apostrophe)
        if not before and rest[:1].isdigit() and apostrophe not in rest:
            return rest
    return value if value.strip() else ""


def bench_of(folder: str) -> Bench:
    bench = Bench(Path(folder))
    bench.limits = OPEN
    bench.source("customers", path="in/x.csv")
    return bench


@QUICK
@given(
    table=_TABLES,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    always_quote=st.booleans(),
    preamble=st.sampled_from(["", "Raportti 1.1.2026{end}{end}", "sep={delimiter}{end}"]),
)
def test_what_is_written_is_landed(
    table: list[tuple[str, ...]], delimiter: str, encoding: str, end: str, always_quote: bool, preamble: str
) -> None:
    def written(value: str) -> str:
        quoted = always_quote or any(letter in value for letter in (delimiter, '"', "\r", "\n"))
        return '"' + value.replace('"', '""') + '"' if quoted else value

    text = preamble.format(end=end, delimiter=delimiter)
    text += "".join(delimiter.join(map(written, row)) + end for row in [COLUMNS, *table])
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_of(folder)
        bench.put("x.csv", text.encode(encoding))
        report = bench.load()
        assert landed(bench) == [[as_shown(value) for value in row] for row in table]
        assert (report.loaded, report.quarantined, report.records) == (len(table), 0, len(table))


_RAGGED = st.text(alphabet='a1;"\\ \r\n', max_size=60)


@QUICK
@given(content=st.one_of(st.binary(max_size=200), _RAGGED.map(str.encode)))
@example(content=b'1;"a\n2;b\n3;"c";d\n')
@example(content=b'1;"a";b;c\r\n\r\r\n2;x"y;z;""\n;;;\n')
def test_good_and_quarantined_are_all(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_of(folder)
        bench.put("x.csv", HEADER.encode() + b"\n" + content)
        try:
            report = bench.load()
        except InputError as error:
            assert "counted" not in error.message  # noqa: PT017  # only this error is wrong here
            return
        assert report.loaded + report.quarantined == report.records
        assert len(landed(bench)) == report.loaded


def test_what_was_counted_before_changes_no_count() -> None:
    """Some releases of Python let a failed match of a possessive group reach into later ones."""
    random = Random(1)
    for _ in range(5_000):
        content = "".join(random.choices('a1;"\\ \r\n', k=random.randint(0, 60)))
        lines = list(io.StringIO(content, newline=""))
        read = list(read_records(lines, Dialect(";", False)))
        assert count_records(lines, ";", skip_space=False) == len(read), content


@QUICK
@given(content=_RAGGED, delimiter=st.sampled_from([";", ",", "|"]), skip_space=st.booleans())
def test_the_counter_agrees_with_the_reader(content: str, delimiter: str, skip_space: bool) -> None:
    lines = list(io.StringIO(content.replace(";", delimiter), newline=""))
    read = list(read_records(lines, Dialect(delimiter, skip_space)))
    assert count_records(lines, delimiter, skip_space=skip_space) == len(read)


@QUICK
@given(content=st.lists(st.text(alphabet='a1;;"  \t\u00e4\ufeff\u2028', max_size=12), max_size=12).map("\n".join))
@example(content='1;2;3\n4;"a;b";6\r\n7;"x\ny";9\n;;\n1;2\n1;2;3;\n')
def test_lines_split_many_at_a_time_are_what_the_reader_says(content: str) -> None:
    lines = list(io.StringIO("a;b;c\n" + content, newline=""))
    layout = Layout(Dialect(";"), (Record(1, 1, ["a", "b", "c"]),), 0)
    plan = ColumnPlan(("a", "b", "c"), {"x": (0,), "y": (2,)}, (1,), 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "PLAIN_LINES", 3)
        batches = list(read_lines(lines[1:], 1, layout, plan))
    records = list(read_records(lines[1:], layout.dialect, skipped=1))
    good = [r for r in records if r.why is None and len(r.fields) >= 3 and not "".join(r.fields[3:]).strip()]
    assert [row for batch in batches for row in batch.frame.rows()] == [(r.line, *r.fields[:3]) for r in good]
    assert sum(len(batch.rejected) for batch in batches) == len(records) - len(good)


def test_an_unclosed_quote_costs_its_line_and_no_other(bench: Bench) -> None:
    bench.limits = OPEN
    rows = [f"{number};N{number};Katu {number};Kuopio" for number in range(500)]
    rows[250] = '250;"N250;Katu;Kuopio'
    bench.put("x.csv", "\r\n".join([HEADER, *rows]))
    bench.source("customers", path="in/x.csv")
    report = bench.load()
    assert (report.loaded, report.quarantined) == (499, 1)
    assert bench.night.execute("SELECT file, line, why, record FROM landed.quarantine").fetchall() == [
        ("in/x.csv", 252, "a quote without its pair", '250;"N250;Katu;Kuopio')
    ]


def test_a_quote_that_never_closes_is_found_in_a_long_file(bench: Bench) -> None:
    bench.limits = OPEN
    rows = [f"{number};{'x' * 100};;" for number in range(3 * LONGEST_RECORD // 100)]
    bench.put("x.csv", "\n".join([HEADER, '0;"auki;;', *rows]))
    bench.source("customers", path="in/x.csv")
    report = bench.load()
    assert (report.loaded, report.quarantined) == (len(rows), 1)


def test_rows_of_another_length_go_to_quarantine_with_line_and_reason(bench: Bench) -> None:
    bench.limits = OPEN
    bench.put("x.csv", f"{HEADER};;\n1;a;b;c;;\n2;a;b\n3;a;b;c\n4;a;b;c;;;\n5;a;b;c;;x\n\n6;a;b;c;;;y\n;a;b;c\n;;;\n")
    bench.source("customers", path="in/x.csv")
    report = bench.load()
    assert [row[0] for row in landed(bench)] == ["1", "2", "3", "4"]
    assert report.records == 7
    with (bench.root / "var" / "quarantine.csv").open(encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle)) == [
            ["table", "file", "line", "why", "record"],
            ["customers", "in/x.csv", "6", "a value in column 6, which has no heading", "5;a;b;c;;x"],
            ["customers", "in/x.csv", "8", "7 fields where the header has 4", "6;a;b;c;;;y"],
            ["customers", "in/x.csv", "9", "customer_no is empty", ";a;b;c;;"],
        ]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ('1; "a;b" ; "c" ;"d"', ["1", "a;b", "c", "d"]),
        ('"1" ;"a ""b"" c" ;c;d', ["1", 'a "b" c', "c", "d"]),
        (r'1;"a \"b\" c";c;d', ["1", 'a "b" c', "c", "d"]),
        ("1|a|b|c".replace("|", " ; "), ["1 ", " a ", " b ", " c"]),
        ('1;a "b" c;c\'s;d', ["1", 'a "b" c', "c's", "d"]),
        (r"1;C:\temp;c;d", ["1", r"C:\temp", "c", "d"]),
    ],
)
def test_quoting_of_many_systems(bench: Bench, line: str, fields: list[str]) -> None:
    bench.put("x.csv", f"{HEADER}\n{line}\n")
    bench.source("customers", path="in/x.csv")
    bench.load()
    assert landed(bench) == [fields]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_know_their_line(bench: Bench, end: str) -> None:
    bench.put("x.csv", end.join(["Asiakkaat", "", HEADER, "1;a;b;c", '2;"a', 'b";b;c', "", "3;a;b;c", ""]))
    bench.source("customers", path="in/x.csv")
    bench.load()
    assert bench.rows("customers", "customer_no", "_row") == [("1", 4), ("2", 5), ("3", 8)]


@pytest.mark.parametrize(
    ("content", "encoding", "name"),
    [
        ("Mäkinen Åke".encode(), "utf-8", "Mäkinen Åke"),
        ("Mäkinen Åke €".encode("cp1252"), "windows-1252", "Mäkinen Åke €"),
        (b"M\xe4kinen \x81\x9d", "windows-1252", "Mäkinen \x81\x9d"),
        (b"M\0\xc3\xa4kinen", "utf-8", "Mäkinen"),
    ],
)
def test_encodings(bench: Bench, content: bytes, encoding: str, name: str) -> None:
    bench.put("x.csv", b"customer_no;name\n1;" + content)
    bench.source("customers", path="in/x.csv")
    (report,) = bench.load()
    assert report.encoding == encoding
    assert bench.rows("customers", "name") == [(name,)]


def test_one_bad_byte_far_down_is_seen(bench: Bench) -> None:
    path = bench.put("x.csv", b"customer_no;name\n" + b"1;abc\n" * 300_000 + b"2;M\xe4ki\n")
    assert examine(path).encoding == "windows-1252"


@pytest.mark.parametrize("content", ["", "\n\n", ";;;\n"])
def test_an_empty_file_is_an_error(bench: Bench, content: str) -> None:
    bench.put("x.csv", content)
    bench.source("customers", path="in/x.csv")
    with pytest.raises(InputError, match=r"in/x\.csv: the file is empty"):
        bench.load()


def test_a_file_without_header_is_an_error_that_shows_no_row(bench: Bench) -> None:
    bench.put("x.csv", "1001;Virtanen Matti;040 123\n1002;Mäkinen Maija;040 124\n")
    bench.source("customers", path="in/x.csv")
    with pytest.raises(InputError, match="no header was found") as caught:
        bench.load()
    assert "Virtanen" not in str(caught.value)
    assert "1001" not in str(caught.value)


def test_a_header_alone_loads_nothing_and_counts_for_the_fall(bench: Bench) -> None:
    bench.put("x.csv", HEADER + "\r\n")
    bench.source("customers", path="in/x.csv")
    assert bench.load().counts == {"customers": 0}
    with pytest.raises(GateError, match="customers: 10 rows last night, 0 now"):
        bench.load({"customers": 10})


def test_text_tables_that_are_called_xls(bench: Bench) -> None:
    bench.put("x.xls", HEADER.replace(";", "\t") + "\n0012\ta\tb\tc\n")
    bench.source("customers", path="in/x.xls")
    bench.load()
    assert landed(bench) == [["0012", "a", "b", "c"]]


def test_any_delimiter_that_shows_the_wanted_header(bench: Bench) -> None:
    bench.put("x.csv", "Numero^Nimi, koko\n1^Virtanen, Matti\n")
    bench.source("customers", section("columns", {"customer_no": "numero", "name": "NIMI,  koko"}), path="in/x.csv")
    (report,) = bench.load()
    assert (report.delimiter, bench.rows("customers", "name")) == ("^", [("Virtanen, Matti",)])
