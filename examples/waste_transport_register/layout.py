"""The quarterly layout of the waste-transport register: its rows in, and the same rows out, corrected.

    python3 layout.py in QUARTER.csv WORKSPACE            # one file for each table that the layout holds
    python3 layout.py out QUARTER.csv CHANGES.csv NEW.csv # the rows as a batch's changes.csv corrects them

Which column is which stands in `mappings/`, for both directions. Needs Python's standard library alone.
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
POST = ("Kiinteistonposti", "Haltijanposti", "Kimpanposti")  # "70100 KUOPIO"
Row = dict[str, str]


def read(path: Path) -> tuple[list[str], list[Row]]:
    """The layout's columns and rows, with what the mappings need beside them."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    reader = csv.DictReader(text.splitlines(), delimiter=";")
    rows: list[Row] = [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]
    numbers: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for name in POST:
            code, _, town = row.get(name, "").partition(" ")
            row[f"{name}:numero"], row[f"{name}:toimipaikka"] = code, town.strip()
        row["koko:litraa"] = litres(row.get("koko", ""))
        row["kohde"] = row["UrakoitsijankohdeId"]
        kind = (row["kohde"], row.get("tyyppiIdEWC", ""))
        numbers[kind] += 1
        row["palvelu"] = f"{kind[0]}-{kind[1]}-{numbers[kind]}"
    return list(reader.fieldnames or ()), rows


def litres(size: str) -> str:
    """A bin's size: contractors write cubic metres (0,66) or litres (660)."""
    try:
        value = float(size.replace(",", "."))
    except ValueError:
        return size
    return f"{value * 1000 if value < 20 else value:g}"


def mappings() -> dict[str, dict[str, str]]:
    """Table -> canonical column -> the layout's column."""
    return {
        file.stem: tomllib.loads(file.read_text(encoding="utf-8"))["columns"]
        for file in sorted((HERE / "mappings").glob("*.toml"))
    }


def take_in(quarter: Path, workspace: Path) -> None:
    """Write `in/TABLE.csv` for each table: its columns, each row once, rows without the table's number left out."""
    _, rows = read(quarter)
    (workspace / "in").mkdir(parents=True, exist_ok=True)
    for table, columns in mappings().items():
        names = [name for name in dict.fromkeys(columns.values()) if name in rows[0]]
        key = next(iter(columns.values()))
        # A holder, a property, a shared bin stands on many rows: the first one of each is taken.
        several = table in ("services", "bin_group_members")
        found = {
            tuple(row[name] for name in names) if several else (row[key],): row for row in reversed(rows) if row[key]
        }
        with (workspace / "in" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, delimiter=";", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(reversed(found.values()))


def give_out(quarter: Path, changes: Path, corrected: Path) -> None:
    """Write the quarter's rows again, with what a batch's `changes.csv` updates; of a merge, the holder that stays."""
    names, rows = read(quarter)
    known = mappings()
    first = {row["UrakoitsijankohdeId"]: row for row in reversed(rows)}
    for change in csv.DictReader(changes.read_text(encoding="utf-8-sig").splitlines()):
        columns = known.get(change["table"], {})
        if not columns:
            continue
        key = next(iter(columns.values()))
        if change["op"] == "update" and change["column"] in columns:
            new = {columns[change["column"]]: change["after"]}
        elif change["op"] == "merge" and change["after"] in first:
            new = {name: first[change["after"]][name] for name in columns.values() if name != key}
        else:
            continue
        for row in rows:
            if row[key] == change["key"]:
                row.update(new)
    for row in rows:
        for name in POST:
            if name in names:
                row[name] = f"{row[f'{name}:numero']} {row[f'{name}:toimipaikka']}".strip()
    with corrected.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, delimiter=";", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "in":
        take_in(Path(sys.argv[2]), Path(sys.argv[3]))
    elif len(sys.argv) == 5 and sys.argv[1] == "out":
        give_out(*map(Path, sys.argv[2:]))
    else:
        sys.exit(__doc__)
