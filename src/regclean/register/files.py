"""A register that clerks update by import: change files, their inverse, and the rows in the register's own columns."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from regclean.config import Mapping as ColumnMapping
from regclean.domain.findings import Change
from regclean.domain.register import TABLES
from regclean.register.lines import ChangeLine, Row, inverse
from regclean.resources import write_whole

COLUMNS = ("seq", "op", "table", "key", "column", "before", "after", "finding_id")


@dataclass(frozen=True, slots=True)
class OwnTable:
    """Rows of one table as they will be, to be written under the register's own column names.

    `name` is the file's name without its ending, `workbook` whether the register exports workbooks; `before`: of each row
    what the cells held that change.
    """

    name: str
    table: str
    mapping: ColumnMapping
    rows: tuple[Row, ...]
    workbook: bool
    before: tuple[Row, ...] = ()


def write_files(
    folder: Path, lines: Sequence[ChangeLine], own: Iterable[OwnTable], about: Mapping[str, Any]
) -> dict[str, str]:
    """Write changes.csv, undo.csv, the own tables and, last, manifest.json; returns each file's SHA-256.

    `about` goes into the manifest, which names every other file with its checksum. The same batch gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder / "changes.csv", COLUMNS, [_cells(line, line.seq) for line in lines])
    back = [_cells(line, number) for number, line in enumerate(inverse(lines), 1)]
    _write_csv(folder / "undo.csv", COLUMNS, back)
    names = ["changes.csv", "undo.csv"]
    for table in own:
        name = f"{table.name}.{'xlsx' if table.workbook else 'csv'}"
        header, rows = own_columns(table)
        if table.workbook:
            _write_workbook(folder / name, header, rows)
        else:
            _write_csv(folder / name, header, rows, delimiter=";", encoding="utf-8-sig")
        names.append(name)
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}
    manifest = {**about, "files": digests}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write_whole(folder / "manifest.json", text)
    return digests


def own_columns(table: OwnTable) -> tuple[list[str], list[list[str | None]]]:
    """Header and rows in the register's own names and words: the mapping turned round."""
    used, words = used_columns(table), own_words(table)
    header = [words.name(column) for column in used]
    rows = [[words.value(column, row.get(column)) for column in used] for row in table.rows]
    return header, rows


def used_columns(table: OwnTable) -> list[str]:
    """The columns (canonical names) that the register's files have."""
    mapping = table.mapping
    used = [name for name in TABLES[table.table].by_name if name in mapping.columns or _has(table.rows, name)]
    return [name for name in used if name not in mapping.constants or name in mapping.columns]


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a register calls its columns, and says for canonical codes."""

    names: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]

    def name(self, column: str) -> str:
        return self.names.get(column, column)

    def value(self, column: str, value: str | None) -> str | None:
        return None if value is None else self.values.get(column, {}).get(value, value)


def own_words(table: OwnTable) -> OwnWords:
    """The mapping of a table, turned round."""
    names = {column: called[0] for column, called in table.mapping.columns.items()}
    return OwnWords(names, {column: _turned(words) for column, words in table.mapping.values.items()})


def _has(rows: Iterable[Row], name: str) -> bool:
    return any(row.get(name) is not None for row in rows)


def _turned(values: Mapping[str, str]) -> dict[str, str]:
    """Canonical value -> the register's own; the first of several."""
    turned: dict[str, str] = {}
    for own, canonical in values.items():
        turned.setdefault(canonical, own)
    return turned


def _cells(line: ChangeLine, number: int) -> list[str | None]:
    change = Change(line.op, line.table, line.key, line.column, line.before, line.after)
    return [
        str(number),
        change.op,
        change.table,
        change.key,
        change.column,
        change.before,
        change.after,
        line.finding_id,
    ]


def _write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_whole(path, text.getvalue().encode(encoding))


def _write_workbook(path: Path, header: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """All cells are text, so that 00123 stays what it is, and "=…" stays text."""
    import datetime as dt

    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001  # equal bytes for equal batches
        frame = pl.DataFrame([list(row) for row in rows], schema=dict.fromkeys(header, pl.String), orient="row")
        frame.write_excel(book, worksheet="muutokset")
    write_whole(path, made.getvalue())
