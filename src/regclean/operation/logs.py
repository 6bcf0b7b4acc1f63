"""What the program tells while it runs: lines of text, or one JSON object a line with the request's or the night's id.

No line holds a value of the register: a request is named by its route, not by its address, an error by its kind and place.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from regclean.config import Workspace

_about: ContextVar[dict[str, str]] = ContextVar("regclean_log_about", default={})  # noqa: B039  # never changed, only replaced
_EVENT = "event"
log = logging.getLogger("regclean.operation")


class _Json(logging.Formatter):
    """One object a line: at, level, logger, message, then what it is about and what the event tells."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        line |= {"message": record.getMessage()} | _about.get() | getattr(record, _EVENT, {})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__  # its message could quote a value
        return json.dumps(line, ensure_ascii=False, default=str)


def begin(workspace: Workspace) -> None:
    """Tell in the form that `[operation] log` names, on standard error, from here on."""
    if workspace.config.section("operation")["log"] != "json":
        return
    logger = logging.getLogger("regclean")
    if not any(isinstance(handler.formatter, _Json) for handler in logger.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Json())
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


@contextmanager
def about(**what: str) -> Iterator[None]:
    """What the lines of a `with` block are about: `run_id`, `request_id`."""
    token = _about.set(_about.get() | what)
    try:
        yield
    finally:
        _about.reset(token)


def event(message: str, **told: Any) -> None:
    """Tell that something happened, with names, counts and seconds only; heard where logs are JSON."""
    log.info(message, extra={_EVENT: told})
