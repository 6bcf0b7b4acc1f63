"""What is outside of the program and fails: disks, databases, locks. Known by what they say, told with a remedy.

The engines' own messages are never passed on: they can quote a value.
"""

from __future__ import annotations

import errno
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from regclean.errors import RegcleanError, UnavailableError, UsageError

_HERE = Path(__file__).parent
_FULL = ("the disk is full.", "Free space there, then do the same again.")
_TOO_LARGE = ("a file may not grow further.", "Raise the limit for files, or the quota, then do the same again.")
_READ_ONLY = ("it cannot be written to.", "Check the rights to it, and that its disk is not mounted read-only.")
_DENIED = ("there is no right to it.", "Check who owns it, and its permissions.")
_BROKEN = ("the disk cannot be read or written.", "Check the disk, then do the same again.")
_MANY = ("too many files are open.", "Stop other programs, or raise the limit for open files.")
_MEMORY = (
    "there is not enough memory.",
    "Stop other programs, or set [engine] memory_limit lower than the memory there is.",
)
_LOCKED = ("the database is locked by another program.", "Wait until it has ended, then do the same again.")
_AWAY = ("the database cannot be reached.", "Check that it runs and can be reached, then do the same again.")
_DAMAGED = ("the database file is damaged.", "Restore it from a backup.")
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _TOO_LARGE,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EIO: _BROKEN,
    errno.EMFILE: _MANY,
    errno.ENFILE: _MANY,
    errno.ENOMEM: _MEMORY,
}
# SQLite's primary result codes; PostgreSQL's SQLSTATEs by their beginning.
_OF_SQLITE = {
    5: _LOCKED, 6: _LOCKED, 7: _MEMORY, 8: _READ_ONLY, 10: _BROKEN, 11: _DAMAGED, 13: _FULL, 14: _DENIED, 23: _DENIED,
    26: _DAMAGED,
}  # fmt: skip
_OF_POSTGRESQL = {
    "53100": _FULL,
    "53200": _MEMORY,
    "53": _AWAY,
    "55P03": _LOCKED,
    "57": _AWAY,
    "08": _AWAY,
    "25006": _READ_ONLY,
}
# What engines that have no code of their own write into their messages.
_TEXTS = (
    (re.compile(r"No space left|os error 28\b|disk.*(is )?full", re.IGNORECASE), _FULL),
    (re.compile(r"File too large|os error 27\b", re.IGNORECASE), _TOO_LARGE),
    (re.compile(r"Read-only file system|os error 30\b|readonly", re.IGNORECASE), _READ_ONLY),
    (re.compile(r"Permission denied|os error 13\b", re.IGNORECASE), _DENIED),
    (re.compile(r"Too many open files|os error 24\b", re.IGNORECASE), _MANY),
    (re.compile(r"Out of Memory|Cannot allocate memory|could not allocate|os error 12\b", re.IGNORECASE), _MEMORY),
    (re.compile(r"Input/output error|os error 5\b", re.IGNORECASE), _BROKEN),
)


def unavailable(error: BaseException, where: Path | str | None = None) -> UnavailableError | None:
    """What is not there or full, if that is why `error` was raised; None when it was for another reason.

    `where` is named when the error itself does not say which file it was.
    """
    for one in _causes(error):
        if isinstance(one, UnavailableError):
            return one
        said = _said(one)
        if said is not None:
            file = getattr(one, "filename", None) if isinstance(one, OSError) else None
            return UnavailableError(said[0], file=file or where, remedy=said[1])
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        if isinstance(one, RegcleanError):
            return  # it has been told in its own words
        one = one.__cause__ or one.__context__ or getattr(one, "orig", None)


def _said(error: BaseException) -> tuple[str, str] | None:
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError) and error.errno is not None:
        return _OF_SYSTEM.get(error.errno) or (_AWAY if isinstance(error, ConnectionError) else None)
    original = getattr(error, "orig", None)
    if isinstance(original, BaseException):
        return _of_database(original, lost=bool(getattr(error, "connection_invalidated", False)))
    module = type(error).__module__.partition(".")[0]
    if module == "sqlalchemy" and type(error).__name__ == "TimeoutError":
        return _AWAY  # every connection of the pool waits for a database that does not answer
    if module in ("duckdb", "_duckdb", "polars", "pyarrow") or isinstance(error, OSError):
        return _by_text(error)
    return _of_database(error, lost=False) if module in ("sqlite3", "psycopg") else None


def _of_database(error: BaseException, *, lost: bool) -> tuple[str, str] | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _OF_SQLITE.get(code & 0xFF)
    state = getattr(error, "sqlstate", None) or ""
    for length in (5, 2):
        if state[:length] in _OF_POSTGRESQL:
            return _OF_POSTGRESQL[state[:length]]
    psycopg = sys.modules.get("psycopg")
    never_came = psycopg is not None and isinstance(error, psycopg.OperationalError) and not state
    return _AWAY if lost or never_came else None


def _by_text(error: BaseException) -> tuple[str, str] | None:
    text = str(error)
    return next((said for pattern, said in _TEXTS if pattern.search(text)), None)


def place_of(error: BaseException) -> str:
    """Where an error happened: the innermost line of ours, template or code, that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_HERE)] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "unknown place"


def in_words(error: Exception) -> RegcleanError:
    """What may be told of an error that nobody expected: what is not there or full, else what it is and where it happened.

    Not what it says: that can quote a value. The error itself goes along as the cause.
    """
    found: RegcleanError | None = unavailable(error)
    if found is None:
        place = place_of(error)
        found = UsageError(
            f"Something unexpected happened ({type(error).__name__} at {place}).",
            remedy="Please report it with what you did.",
        )
    if found is not error:
        found.__cause__ = error
    return found
