"""Files that break loaders: each is loaded, set aside or refused, as the committed table says, and none crashes.

`python tests/landing/test_landing_horrors.py` writes the table anew, to be read before it is committed.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from landing_bench import Bench, guess_header, guess_mapping, section

from regclean.errors import RegcleanError

DATA = Path(__file__).parents[1] / "data" / "landing"
EXPECTED = DATA / "expected.csv"
COLUMNS = ("file", "outcome", "loaded", "quarantined", "said")
FILES = sorted(
    path.relative_to(DATA).as_posix()
    for path in DATA.glob("*/**/*")
    if path.is_file() and path.suffix != ".json" and path.name != "ATTRIBUTION.txt"
)


def outcome(name: str, root: Path) -> tuple[str, ...]:
    """What loading one file did; its first named column is taken for the key, all others are ignored."""
    bench = Bench(root)
    content = DATA / name
    # Brackets in a file's name are no pattern here: the file is named in full.
    bench.put(content.name, content.read_bytes())
    bench.limits = {"max_quarantined_percent": 100.0, "max_fall_percent": 100.0}
    try:
        mapping = guess_mapping(content)
    except BaseException:  # the workbook reader's panics are no Exceptions; what the product makes of them is the test
        mapping = section("columns", {"site_no": "unknown"})
    bench.source("sites", mapping, path=f"in/{content.name}")
    try:
        report = bench.load()
    except RegcleanError as error:
        return (name, type(error).__name__, "", "", error.message if error.remedy else "no remedy")
    assert all(item.loaded + item.quarantined == item.records for item in report)
    assert len(bench.rows("sites", "site_no")) == report.loaded
    said = {f"{item.encoding} {item.delimiter!r}" if item.encoding else "" for item in report}
    return (name, "loaded", str(report.loaded), str(report.quarantined), " ".join(sorted(said)))


def read_expected() -> dict[str, tuple[str, ...]]:
    with EXPECTED.open(encoding="utf-8", newline="") as handle:
        return {row[0]: tuple(row) for row in csv.reader(handle)}


@pytest.mark.parametrize("name", FILES)
def test_each_file_does_what_the_table_says(name: str, tmp_path: Path) -> None:
    assert outcome(name, tmp_path) == read_expected()[name]


def test_the_table_is_about_these_files() -> None:
    assert set(read_expected()) - {"file"} == set(FILES)


@pytest.mark.parametrize("path", sorted((DATA / "csv_spectrum" / "csvs").glob("*.csv")), ids=lambda path: path.stem)
def test_csv_spectrum_reads_as_its_authors_say(path: Path, tmp_path: Path) -> None:
    expected = json.loads((DATA / "csv_spectrum" / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    content = path.read_bytes()
    if path.stem.endswith("_crlf"):
        # The copy that is published has lost the line ends that its name and its truth speak of.
        content = content.replace(b"\n", b"\r\n")
    if path.stem == "location_coordinates":
        # This truth is one record, not a list, and has another phone number than the file.
        expected = [expected | {"Contact Phone Number": "2095257564"}]
    bench = Bench(tmp_path)
    bench.put("x.csv", content)
    header = [name for name in guess_header(path) if name]
    columns = ("customer_no", "name", "street_address", "city", "phone", "email")[: len(header)]
    # A key may not be empty: a constant stands in where the vector's first column is.
    mapping = section("columns", dict(zip(columns, header, strict=True))) + section("constants", {"customer_no": "∅"})
    bench.source("customers", mapping, path="in/x.csv")
    bench.load()
    got = [["" if value in {None, "∅"} else value for value in row] for row in bench.rows("customers", *columns)]
    assert got == [[row[name] for name in header] for row in expected]


if __name__ == "__main__":
    rows = []
    for name in FILES:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(outcome(name, Path(folder)))
    with EXPECTED.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([COLUMNS, *rows])
