"""Processes beside this one, for reading foreign files and large columns.

A process that was forked from this one would have its locks without its threads, so a clean one does the forking. The
standard library lets such a process run the caller's main module again: a script without `if __name__ == "__main__"`
would then run a second time, and the command line would be imported for nothing. What works for regclean needs neither.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import context, process
from types import ModuleType
from typing import Any

_swap = threading.Lock()


@contextmanager
def _without_main() -> Iterator[None]:
    with _swap:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


class _Worker(context.ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: process.BaseProcess) -> Any:  # noqa: N802  # the standard library calls it by this name
        with _without_main():
            return context.ForkServerProcess._Popen(process_obj)


class _Context(context.ForkServerContext):
    Process = _Worker


def workers(*preload: str) -> context.ForkServerContext:
    """The context in which processes are started; they have imported the modules of `preload` before they are forked."""
    made = _Context()
    made.set_forkserver_preload(list(preload))
    return made
