"""The night in force, kept open: what is asked of it at each key must not wait for its file to be opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

import duckdb

from regclean.config import Workspace
from regclean.errors import InputError
from regclean.ledger import Ledger, runs
from regclean.ledger.runs import Run
from regclean.warehouse import Warehouse


class OpenNight:
    """Reads the night that is in force now; while one connection stands, DuckDB gives further ones the open file."""

    def __init__(self, workspace: Workspace, ledger: Ledger) -> None:
        self._warehouse = Warehouse(workspace.var / "warehouse")
        self._ledger = ledger
        self._lock = Lock()
        self._kept: tuple[str, ExitStack] | None = None

    @contextmanager
    def read(self) -> Iterator[tuple[Run, duckdb.DuckDBPyConnection]]:
        """The night in force and a read-only connection of one's own. Errors: InputError before the first night, and as
        `Warehouse.read`.
        """
        last = runs.last_published(self._ledger)
        if last is None:
            raise InputError("No night has been published here yet.", remedy="Start one with: regclean run")
        self._keep(last.run_id)
        with self._warehouse.read(last.run_id) as connection:
            yield last, connection

    def close(self) -> None:
        with self._lock:
            if self._kept is not None:
                self._kept[1].close()
            self._kept = None

    def _keep(self, run_id: str) -> None:
        with self._lock:
            if self._kept is not None and self._kept[0] == run_id:
                return
            opened = ExitStack()
            opened.enter_context(self._warehouse.read(run_id))
            before, self._kept = self._kept, (run_id, opened)
        if before is not None:
            before[1].close()
