"""The register as the last night read it: what a dry run looks at where the register itself cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

import duckdb

from regclean.batches.extract import Extract
from regclean.config import Workspace
from regclean.errors import UsageError
from regclean.home import warehouse_of
from regclean.ledger import Ledger, runs
from regclean.register import ChangeLine, Judge, Seen, StoredRow, needed_keys
from regclean.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class LastExtract:
    """Looks at lines as a register's database would."""

    warehouse: Warehouse
    run_id: str
    as_of: date

    def look(self, lines: Sequence[ChangeLine]) -> list[Seen]:
        """How each line stands in the last extract."""
        reading: AbstractContextManager[duckdb.DuckDBPyConnection] = self.warehouse.read(self.run_id)
        with reading as connection:
            return look_at(connection, self.as_of, lines)


def last_extract(workspace: Workspace, ledger: Ledger) -> LastExtract:
    """The extract of the night in force. Errors: UsageError when there was none."""
    last = runs.last_published(ledger)
    if last is None:
        raise UsageError("No night has been published here yet.", remedy="Start one with: regclean run")
    return LastExtract(warehouse_of(workspace), last.run_id, last.as_of)


def look_at(connection: duckdb.DuckDBPyConnection, as_of: date, lines: Sequence[ChangeLine]) -> list[Seen]:
    """How each line stands in a night's landed rows."""
    needed = needed_keys(lines)
    extract = Extract(connection, as_of)
    extract.load((), needed)
    rows: Mapping[str, Mapping[str, list[StoredRow]]] = {
        table: {key: [StoredRow(key, found.row, found.row) for found in extract.all(table, key)] for key in keys}
        for table, keys in needed.items()
    }
    judge = Judge(
        lines=lines,
        rows={table: {key: some for key, some in its.items() if some} for table, its in rows.items()},
        has=lambda _table, _column: True,
        pointers={},
        referring=lambda _customers: {},
    )
    return judge.seen()
