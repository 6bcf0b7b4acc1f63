"""Every kind of source, opened as one shape: a plan, batches of rows, and a count made by somebody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from regclean.errors import InputError
from regclean.landing import database, excel, parquet
from regclean.landing.by_block import read_batches
from regclean.landing.columns import ColumnPlan, Wanted, resolve
from regclean.landing.counting import count_below
from regclean.landing.delimited import HEAD_LINES, examine_layout
from regclean.landing.encoding import examine, sha256
from regclean.landing.report import Batch

TEXT = frozenset({".csv", ".tsv", ".tab", ".txt", ".psv", ".ssv"})
WORKBOOK = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
PARQUET = frozenset({".parquet", ".pq"})
# What begins as no table does.
_OTHERS = {
    b"%PDF": "a PDF document",
    b"{\\rtf": "a text document (RTF)",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"7z\xbc\xaf\x27\x1c": "a compressed file (7z)",
    b"Rar!\x1a": "a compressed file (rar)",
}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OLE, _ZIP, _PARQUET = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"PAR1"


@dataclass(frozen=True, slots=True)
class Piece:
    """One table to read: a file, a sheet of a workbook, or a query. `batches` may be consumed once."""

    file: str
    sha256: Callable[[], str]
    plan: ColumnPlan
    batches: Iterator[Batch]
    count: Callable[[], int]
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


def matching_files(root: Path, pattern: str) -> list[Path]:
    """The files of a pattern, sorted; hidden ones and Excel's lock files (~$…) are not input.

    Errors: InputError naming the pattern when nothing matches.
    """
    literal = root / pattern
    if literal.is_file():
        return [literal]
    anchor = Path(literal.anchor) if Path(pattern).is_absolute() else root
    relative = str(Path(pattern).relative_to(anchor)) if Path(pattern).is_absolute() else pattern
    try:
        found = sorted(path for path in anchor.glob(relative) if path.is_file())
    except (ValueError, NotImplementedError):
        found = []
    files = [path for path in found if not path.name.startswith((".", "~$"))]
    if not files:
        raise InputError(
            f"no file matches '{pattern}'.", file=root, remedy="Put the export there, or correct the source's path."
        )
    return files


def open_file(path: Path, looked_for: Wanted, file: str) -> Iterator[Piece]:
    """The tables of one file that feed `looked_for`. Errors: InputError for a file that cannot be read."""
    try:
        with path.open("rb") as handle:
            start = handle.read(4096)
    except OSError as error:
        raise InputError(f"the file cannot be opened: {error.strerror}.", file=file) from None
    suffix = path.suffix.lower()
    if start.startswith(_PARQUET) or suffix in PARQUET:
        yield _parquet_piece(path, looked_for, file)
    elif (suffix in TEXT or suffix in WORKBOOK) and (kind := _other_kind(start)):
        raise InputError(
            f"this is {kind}, not a table, whatever the file is called.",
            file=file,
            remedy="Unpack what is compressed, open a page in Excel or LibreOffice, and save the table as xlsx, or as csv.",
        )
    elif suffix in WORKBOOK and (start.startswith((_OLE, _ZIP)) or (b"\0" in start and not start.startswith(_UTF_16))):
        yield from _workbook_pieces(path, looked_for, file)
    elif start.startswith((_OLE, _ZIP)):
        raise InputError(
            "this is a workbook or an archive, not a text file.",
            file=file,
            remedy="Unpack an archive; give a workbook its own ending (xlsx, xls, ods).",
        )
    elif suffix in TEXT or suffix in WORKBOOK:
        # Many systems write text tables and call them .xls.
        yield _text_piece(path, looked_for, file)
    else:
        raise InputError(
            f"files that end in '{path.suffix}' are not read.", file=file, remedy="Use csv, tsv, xlsx, ods or parquet."
        )


def _other_kind(start: bytes) -> str | None:
    """What kind of page or document a file is, that many systems call .xls or .csv."""
    for signature, kind in _OTHERS.items():
        if start.startswith(signature):
            return kind
    begins = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if re.match(rb"<(?:!doctype\s+html|html|head|meta|body|table|style|script)\b", begins):
        return "a web page (HTML)"
    if re.match(rb"<\?xml\b|<(?:\w+:)?workbook\b|<!doctype\b", begins):
        return "a web page (HTML)" if b"<html" in begins else "an XML document"
    return None


def _text_piece(path: Path, looked_for: Wanted, file: str) -> Piece:
    text = examine(path, file)
    with text.lines() as lines:
        head = list(islice(lines, HEAD_LINES))
    layout = examine_layout(head, looked_for, file)
    plan = resolve([record.fields for record in layout.head], layout.header_at, looked_for, file)

    def batches() -> Iterator[Batch]:
        with text.below(layout.header.last_line) as below:
            yield from read_batches(below, layout, plan)

    def count() -> int:
        with text.below(layout.header.last_line) as below:
            return count_below(below, layout.dialect.delimiter, skip_space=layout.dialect.skip_space)

    notes = ("null characters were left out",) if text.has_nulls and "utf-16" not in text.encoding else ()
    return Piece(
        file, lambda: text.sha256, plan, batches(), count, text.encoding, layout.dialect.delimiter, notes=notes
    )


def _workbook_pieces(path: Path, looked_for: Wanted, file: str) -> Iterator[Piece]:
    sheets, notes = excel.read_workbook(path, looked_for, file)
    digest = sha256(path)
    for sheet in sheets:
        yield Piece(f"{file}#{sheet.part.name}", lambda: digest, sheet.plan, sheet.batches(), sheet.count, notes=notes)
        notes = ()  # once a workbook


def _parquet_piece(path: Path, looked_for: Wanted, file: str) -> Piece:
    table = parquet.open_table(path, file)
    plan = resolve([table.names], 0, looked_for, file)
    return Piece(file, lambda: sha256(path), plan, parquet.read_table(table, plan, file), table.count)


def open_query(url: str, query: str, number: int, looked_for: Wanted) -> Piece:
    """A query as a table. Errors: InputError when the database cannot be read; never with the URL's password."""
    asked = database.open_query(url, query, number)
    plan = database.plan_query(asked, looked_for)
    return Piece(asked.file, asked.sha256, plan, database.read_query(asked, plan), asked.count)
