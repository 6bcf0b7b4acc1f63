"""The night in force, kept open: what is asked of it at each key must not wait for its file to be opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Lock

import duckdb

from regclean.config import Workspace
from regclean.domain.register import row_subject
from regclean.errors import InputError, RegcleanError
from regclean.findings.seen import AtHand, look
from regclean.home import warehouse_of
from regclean.ledger import Ledger, runs
from regclean.ledger.runs import Run

MOST_READ = 2_000  # records that are remembered: a case is looked at more than once before anybody goes on


class OpenNight:
    """Reads the night that is in force now; while one connection stands, DuckDB gives further ones the open file."""

    def __init__(self, workspace: Workspace, ledger: Ledger) -> None:
        self._warehouse = warehouse_of(workspace)
        self._ledger = ledger
        self._lock = Lock()
        self._kept: tuple[str, ExitStack] | None = None
        self._read: dict[tuple[str | None, str], str | None] = {}  # run and subject -> its record, the oldest first

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

    def look(self, subjects: Iterable[str]) -> AtHand:
        """The records of subjects in the night in force; none while no night's file can be read."""
        last = runs.last_published(self._ledger)
        run_id = last.run_id if last else None
        wanted = {row_subject(subject) for subject in subjects}
        known = self._known(run_id, wanted)
        missing = wanted - known.keys()
        if missing or run_id is None or not self._warehouse.found(run_id).exists():
            if run_id is not None:
                with suppress(RegcleanError, duckdb.Error):  # what cannot be kept open is told by looking
                    self._keep(run_id)
            found = look(self._warehouse, run_id, missing)
            if found.run_id is None:
                return found
            read = {subject: found.records.get(subject) for subject in missing}
            known |= read
            with self._lock:
                self._read.update({(run_id, subject): text for subject, text in read.items()})
                for oldest in list(self._read)[: max(len(self._read) - MOST_READ, 0)]:
                    del self._read[oldest]
        return AtHand(run_id, {subject: text for subject, text in known.items() if text is not None})

    def _known(self, run_id: str | None, wanted: Iterable[str]) -> dict[str, str | None]:
        """What was read of these subjects before; a published night never changes."""
        with self._lock:
            return {one: self._read[(run_id, one)] for one in wanted if (run_id, one) in self._read}

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
