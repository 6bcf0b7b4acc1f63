"""The night in force, kept open: what is asked of it at each key must not wait for its file to be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any, TypeVar

import duckdb

from regclean.config import Workspace
from regclean.domain.register import row_subject
from regclean.errors import InputError
from regclean.findings.seen import AtHand, look
from regclean.home import warehouse_of
from regclean.ledger import Ledger, runs
from regclean.ledger.runs import Run

MOST_READ = 2_000  # records, and as many other answers, that are remembered
MOST_IDLE = 4  # connections that wait for the next question
Found = TypeVar("Found")
_Key = tuple[Any, ...]


class OpenNight:
    """Reads the night that is in force now, by connections that are kept, and remembers what it read: a night never changes."""

    def __init__(self, workspace: Workspace, ledger: Ledger) -> None:
        self._warehouse = warehouse_of(workspace)
        self._ledger = ledger
        self._lock = Lock()
        self._closed = False
        self._of: str | None = None  # the night that the rest is about
        self._idle: list[tuple[ExitStack, duckdb.DuckDBPyConnection]] = []
        self._read: dict[str, str | None] = {}  # subject -> its record, the oldest first
        self._found: dict[_Key, Any] = {}

    @contextmanager
    def read(self) -> Iterator[tuple[Run, duckdb.DuckDBPyConnection]]:
        """The night in force and a read-only connection of one's own. Errors: InputError before the first night, and as
        `Warehouse.read`.
        """
        last = runs.last_published(self._ledger)
        if last is None:
            raise InputError("No night has been published here yet.", remedy="Start one with: regclean run")
        with self._connection(last.run_id) as connection:
            yield last, connection

    def look(self, subjects: Iterable[str]) -> AtHand:
        """The records of subjects in the night in force; none while no night's file can be read."""
        last = runs.last_published(self._ledger)
        run_id = last.run_id if last else None
        wanted = {row_subject(subject) for subject in subjects}
        known = self._known(run_id, wanted)
        missing = wanted - known.keys()
        if missing or run_id is None or not self._warehouse.found(run_id).exists():
            found = look(self._connection, run_id, missing)
            if found.run_id is None:
                return found
            read = {subject: found.records.get(subject) for subject in missing}
            known |= read
            self._remember(run_id, self._read, read)
        return AtHand(run_id, {subject: text for subject, text in known.items() if text is not None})

    def knows(self, subjects: Iterable[str]) -> bool:
        """Were the records of all these subjects read before, in the night in force?"""
        last = runs.last_published(self._ledger)
        wanted = {row_subject(subject) for subject in subjects}
        return last is not None and len(self._known(last.run_id, wanted)) == len(wanted)

    def found(
        self, keys: Iterable[_Key], find: Callable[[Run, duckdb.DuckDBPyConnection, list[_Key]], dict[_Key, Found]]
    ) -> dict[_Key, Found]:
        """What `find` finds in the night in force under some keys; it is asked for those alone that it was not asked before.

        Errors: as `read`.
        """
        asked = list(dict.fromkeys(keys))
        last = runs.last_published(self._ledger)
        with self._lock:
            of_this = last is not None and last.run_id == self._of
            known = {key: self._found[key] for key in asked if key in self._found} if of_this else {}
        missing = [key for key in asked if key not in known]
        if missing or last is None or not self._warehouse.found(last.run_id).exists():
            with self.read() as (run, connection):
                new = find(run, connection, missing)
            self._remember(run.run_id, self._found, new)
            known |= new
        return known

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._turn_to(None)

    def _known(self, run_id: str | None, wanted: Iterable[str]) -> dict[str, str | None]:
        with self._lock:
            if run_id is None or run_id != self._of:
                return {}
            return {one: self._read[one] for one in wanted if one in self._read}

    def _remember(self, run_id: str | None, kept: dict[Any, Any], new: dict[Any, Any]) -> None:
        with self._lock:
            if run_id != self._of:  # another night has come meanwhile
                return
            kept.update(new)
            for oldest in list(kept)[: max(len(kept) - MOST_READ, 0)]:
                del kept[oldest]

    @contextmanager
    def _connection(self, run_id: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that nobody else has now: one that waits, else a new one. Errors: as `Warehouse.read`."""
        stack, connection = self._taken(run_id)
        with stack:
            yield connection
            kept = stack.pop_all()
        with self._lock:
            if not self._closed and run_id == self._of and len(self._idle) < MOST_IDLE:
                self._idle.append((kept, connection))
                return
        kept.close()

    def _taken(self, run_id: str | None) -> tuple[ExitStack, duckdb.DuckDBPyConnection]:
        with self._lock:
            if run_id != self._of:
                self._turn_to(run_id)
            # A file that went away is told by opening it.
            if self._idle and run_id is not None and self._warehouse.found(run_id).exists():
                return self._idle.pop()
        opened = ExitStack()
        return opened, opened.enter_context(self._warehouse.read(run_id))

    def _turn_to(self, run_id: str | None) -> None:
        """From now on it is about another night; the lock is held."""
        before, self._idle = self._idle, []
        self._of, self._read, self._found = run_id, {}, {}
        for stack, _ in before:
            stack.close()
