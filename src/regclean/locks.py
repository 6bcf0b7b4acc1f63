"""Locks on files: held as long as the process lives, and asked about without taking them.

They are Linux's locks of an open file: the system lets go of one when its holder dies, however it dies, and whoever only
asks is in nobody's way.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NIGHT, SCHEDULE, PAGE = (
    "night.lock",
    "schedule.lock",
    "page.lock",
)  # of `var`: a night runs; who serves schedule or page
_FLOCK = "hhqqixxxx"  # the kernel's struct flock: type, whence, start, length, process


def _whole_file(kind: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, 0, 0, 0)


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold the lock of `path`, which is made if need be, for the length of a `with` block; False where another has it."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.fcntl(file, fcntl.F_OFD_SETLK, _whole_file(fcntl.F_WRLCK))
        except BlockingIOError:
            yield False
        else:
            yield True


def is_held(path: Path) -> bool:
    """Does anybody hold the lock of `path`? Errors: OSError when the file cannot be asked."""
    try:
        with path.open("r") as file:
            answer = fcntl.fcntl(file, fcntl.F_OFD_GETLK, _whole_file(fcntl.F_WRLCK))
    except FileNotFoundError:
        return False
    kind: int = struct.unpack(_FLOCK, answer)[0]
    return kind != fcntl.F_UNLCK
