"""Approved batches as files: for registers that clerks update by import, and for whoever wants to see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, RowMapping, insert

from regclean.batches import store
from regclean.batches.erased import check_not_erased
from regclean.batches.extract import Extract, Found
from regclean.config import Mapping as ColumnMapping
from regclean.config import Source, Workspace, load_mapping, workspace_key
from regclean.domain.register import TABLES, subject_text
from regclean.home import warehouse_of
from regclean.ledger import Ledger, audit, runs
from regclean.ledger.tables import receipts
from regclean.register import ChangeLine, OwnTable, Row, book, inserted_rows, write_files
from regclean.sealing import Seal

Changed = tuple[Row, Row]  # a row as it will be, and what its changed cells held


def export(workspace: Workspace, ledger: Ledger, batch_id: int, folder: Path, *, user: str, now: datetime) -> list[str]:
    """Write an approved batch to `folder`; returns the files' names. Lines of protected customers are withheld.

    Where the register is updated by files, the batch is released with this: the nights after it look for its changes
    in the extract. Errors: ConflictError when nobody has approved it.
    """
    seal = Seal(workspace_key(workspace.var))
    with ledger.read() as reading:
        row, lines, withheld = _to_export(reading, batch_id, seal)
        deciders = store.deciders(reading, batch_id)
    about = {
        "batch": batch_id,
        "title": row["title"],
        "counts": dict(sorted(Counter(line.op for line in lines).items())) | {"lines": len(lines)},
        "withheld": withheld,
        "built_by": row["built_by"],
        "built_at": row["built_at"].isoformat(),
        "decided_by": sorted(set(deciders.values())),
        "approved_by": row["approved_by"],
        "approved_at": row["approved_at"].isoformat(),
    }
    digests = write_files(folder, lines, _own_tables(workspace, ledger, lines, seal), about)
    _note(workspace, ledger, batch_id, digests, folder, user=user, now=now)
    return [*digests, "manifest.json"]


def change_book(workspace: Workspace, ledger: Ledger, batch_id: int) -> bytes:
    """An approved batch as a workbook to read: its rows as they will be, what changes coloured, the old value beside it.

    Lines of protected customers are withheld. Errors: ConflictError when nobody has approved it, UsageError where a sheet
    cannot hold it.
    """
    seal = Seal(workspace_key(workspace.var))
    with ledger.read() as reading:
        _, lines, _ = _to_export(reading, batch_id, seal)
    return book(_own_tables(workspace, ledger, lines, seal), workspace.config.languages[0])


def _to_export(reading: Connection, batch_id: int, seal: Seal) -> tuple[RowMapping, list[ChangeLine], int]:
    """A batch, its lines as the register is to read them, and how many are withheld."""
    row = store.get(reading, batch_id)
    store.require(row, ("approved", "applying", "applied"), "exported")
    stored = store.stored_lines(reading, batch_id)
    check_not_erased(batch_id, stored)
    hidden = store.protected_findings(reading, batch_id)
    lines = [
        one.line.opened(seal.opened)
        for one in stored
        if one.state not in ("rejected", "undone") and one.line.finding_id not in hidden
    ]
    return row, lines, sum(one.line.finding_id in hidden for one in stored)


def _note(
    workspace: Workspace,
    ledger: Ledger,
    batch_id: int,
    digests: Mapping[str, str],
    folder: Path,
    *,
    user: str,
    now: datetime,
) -> None:
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        store.require(row, ("approved", "applying", "applied"), "exported")
        if workspace.config.section("register")["target"] == "files" and row["state"] == "approved":
            store.set_state(writing, batch_id, "applying")
        detail = {"files": dict(digests)}
        where = {"folder": str(folder.resolve())}  # an erasure looks for them there
        writing.execute(
            insert(receipts).values(
                batch_id=batch_id, target="files", applied_by=user, applied_at=now, detail=detail | where, undo=False
            )
        )
        audit.append(writing, audit.Entry(now, user, "batch_export", subject_text("batches", batch_id), detail=detail))


def _own_tables(workspace: Workspace, ledger: Ledger, lines: Sequence[ChangeLine], seal: Seal) -> list[OwnTable]:
    """The changed rows as they will be, by the table and the mapping that they came through."""
    last = runs.last_published(ledger)
    if last is None:
        return []
    keys: dict[str, set[str]] = {}
    for line in lines:
        keys.setdefault(line.table, set()).add(line.key)
    with warehouse_of(workspace).read(last.run_id) as connection:
        extract = Extract(connection, last.as_of)
        extract.load((), keys)
    groups: dict[tuple[str, int], list[Changed]] = {}
    removed: dict[tuple[str, int], list[Changed]] = {}
    for table, rows in _rows_afterwards(lines, extract):
        for found, row, before in rows:
            whole = {name: seal.opened(text) if text else text for name, text in row.items()}
            groups.setdefault((table, _source(workspace, table, found)), []).append((whole, before))
    for line in lines:
        if line.op == "delete":
            found = extract.get(line.table, line.key)
            removed.setdefault((line.table, _source(workspace, line.table, found)), []).append((line.row, {}))
    made = []
    for suffix, tables in (("", groups), ("_removed", removed)):
        for (table, number), its in sorted(tables.items()):
            first = min(source for name, source in tables if name == table)
            name = f"{table}{suffix}" + ("" if number == first else f"_{number}")
            made.append(_own(workspace, name, table, number, its))
    return made


def _own(workspace: Workspace, name: str, table: str, number: int, rows: Sequence[Changed]) -> OwnTable:
    source = workspace.config.sources[number] if number >= 0 else None
    mapping = load_mapping(source.mapping, TABLES[table]) if source and source.mapping else ColumnMapping()
    workbook = bool(source and source.path and source.path.endswith((".xlsx", ".xlsm", ".xls")))
    return OwnTable(name, table, mapping, tuple(row for row, _ in rows), workbook, tuple(was for _, was in rows))


def _source(workspace: Workspace, table: str, found: Found | None) -> int:
    """Which [[source]] a row came from: the one whose path its file matches, else the table's first."""
    sources = [(number, source) for number, source in enumerate(workspace.config.sources) if source.table == table]
    for number, source in sources:
        if found and source.path and found.file and _matches(source, found.file):
            return number
    return sources[0][0] if sources else -1


def _matches(source: Source, file: str) -> bool:
    return Path(file.partition("#")[0]).match(source.path or "")


def _rows_afterwards(
    lines: Sequence[ChangeLine], extract: Extract
) -> list[tuple[str, list[tuple[Found | None, Row, Row]]]]:
    """Rows that are updated or new, whole, with their changes in them, and what the changed cells held; keys sorted."""
    changes: dict[tuple[str, str], list[ChangeLine]] = {}
    for line in lines:
        if line.op == "update":
            changes.setdefault((line.table, line.key), []).append(line)
    rows: list[tuple[str, str, list[tuple[Found | None, Row, Row]]]] = []
    for (table, key), updates in changes.items():
        after = {line.column or "": line.after for line in updates}
        before = {line.column or "": line.before for line in updates}
        rows.append((table, key, [(found, dict(found.row) | after, before) for found in extract.all(table, key)]))
    for (table, key, _), cells in inserted_rows(lines).items():
        new = {cell.column or "": cell.after for cell in cells}
        rows.append((table, key, [(None, new, dict.fromkeys(new))]))
    rows.sort(key=lambda item: (item[0], item[1]))
    return [(table, found) for table, _, found in rows]
