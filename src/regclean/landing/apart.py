"""Every foreign file is read in a process of its own, within the memory and the time that `[landing]` allows.

A file that was made to do harm, or is damaged badly enough, ends that process and not the night: what comes back is an
error with the file and the remedy. The process answers with messages (word, what goes with it), in the order of reading.
"""

from __future__ import annotations

import ctypes
import errno
import io
import os
import resource
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from regclean.errors import InputError, RegcleanError, UnavailableError, UsageError
from regclean.landing.columns import Wanted
from regclean.landing.report import Batch
from regclean.landing.sources import Piece, open_file
from regclean.outside import in_words
from regclean.processes import workers

_MEGABYTE = 1 << 20
# What a thread reserves for its stack without using it. A heap of its own would be 128 MB more: there is one for all.
_THREAD_MEGABYTES = 8
_ARENA_MAX = -8  # of mallopt(3)
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MEMORY = Path("/proc/self/statm")


class FileReader(AbstractContextManager["FileReader"]):
    """Reads files one after the other, all in one process while that lives.

    `memory_mb`: what reading may take beside what every process takes; `minutes`: how long one file may.
    """

    def __init__(self, memory_mb: float, minutes: float) -> None:
        self._memory_mb, self._minutes = memory_mb, minutes
        self._process: BaseProcess | None = None
        self._connection: Connection[Any, Any] | None = None
        self._left = 0.0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def open(self, path: Path, looked_for: Wanted, file: str) -> Iterator[Piece]:
        """As `sources.open_file`. The batches of a piece must be consumed before its count, and that before the next."""
        self._left = self._minutes * 60
        self._begin().send((path, looked_for, file))
        while (message := self._receive(file))[0] == "piece":
            yield self._piece(message[1], file)

    def _piece(self, about: dict[str, Any], asked: str) -> Piece:
        told: dict[str, Any] = {}

        def batches() -> Iterator[Batch]:
            while (message := self._receive(asked))[0] == "rows":
                yield Batch(pl.read_ipc(io.BytesIO(message[1])), message[2])
            told.update(message[1])

        return Piece(**about, batches=batches(), count=lambda: int(told["records"]), sha256=lambda: str(told["sha256"]))

    def _begin(self) -> Connection[Any, Any]:
        if self._connection is None:
            context = workers(__name__)
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._memory_mb), daemon=True)
            process.start()
            self._connection, self._process = ours, process
            theirs.close()
        return self._connection

    def _receive(self, file: str) -> tuple[Any, ...]:
        connection = self._begin()
        begun = time.monotonic()
        there = connection.poll(max(self._left, 0))
        self._left -= time.monotonic() - begun
        if not there:
            self._end()
            raise InputError(
                f"reading took longer than [landing] file_minutes = {self._minutes:g}.",
                file=file,
                remedy="Look whether it is the right file; if it is, raise the setting, or export it as csv.",
            )
        try:
            message: tuple[Any, ...] = connection.recv()
        except (EOFError, OSError):
            message = ("memory",)
        if message[0] == "memory":
            self._end()
            raise InputError(
                f"reading took more memory than [landing] file_memory_mb = {self._memory_mb:g}, or the file is damaged.",
                file=file,
                remedy="Look whether it is the right file; if it is, export it as csv, or raise the setting.",
            )
        if message[0] == "error":
            raise message[1]
        return message

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._connection = self._process = None


def _serve(connection: Connection[Any, Any], memory_mb: float) -> None:
    """Answer requests (path, looked_for, file) until nobody asks any more."""
    _limit(memory_mb)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        while True:
            path, looked_for, file = connection.recv()
            try:
                for piece in open_file(path, looked_for, file):
                    _send(connection, piece)
                connection.send(("done",))
            except RegcleanError as error:
                connection.send(("error", error))
            except Exception as error:  # a traceback here would reach the user; what it says could quote a value
                if _says_memory(error):
                    connection.send(("memory",))
                    continue
                found = in_words(error)
                away = isinstance(found, UnavailableError)
                connection.send(("error", found if away else UsageError(found.message, file=file, remedy=found.remedy)))


def _says_memory(error: Exception) -> bool:
    """Was there no memory left? Polars' own error of it is an OSError of no number."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in (None, errno.ENOMEM))


def _send(connection: Connection[Any, Any], piece: Piece) -> None:
    about = {name: getattr(piece, name) for name in ("file", "plan", "encoding", "delimiter", "notes")}
    connection.send(("piece", about))
    for batch in piece.batches:
        packed = io.BytesIO()
        batch.frame.write_ipc(packed, compression="lz4")
        connection.send(("rows", packed.getvalue(), batch.rejected))
    connection.send(("read", {"records": piece.count(), "sha256": piece.sha256()}))


def _limit(memory_mb: float) -> None:
    """Let this process have so much more than it has. Where the system does not tell what it has, nothing is limited."""
    if not _MEMORY.exists():
        return
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
    has = int(_MEMORY.read_text().split()[0]) * _PAGE
    threads = (os.cpu_count() or 1) * _THREAD_MEGABYTES
    most = has + int((memory_mb + threads) * _MEGABYTE)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
