"""The list of erasures outside of the ledger: a backup of before one is told of it, and a restore repeats it.

It stands beside each backup that this workspace has made and can reach, in `var`, and where `[retention] copy_to` says.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from regclean.config import Workspace
from regclean.erasure.requests import Request, done
from regclean.errors import InputError
from regclean.ledger import Ledger
from regclean.ledger.tables import audit
from regclean.outside import unavailable

LIST = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Erased:
    """One erasure. `at`: when it was confirmed (ISO); `subject`: a customer's number, or a day."""

    kind: str
    subject: str
    reason: str
    asked_by: str
    confirmed_by: str
    at: str


def _line(one: Request) -> Erased:
    at = one.confirmed_at.isoformat(timespec="microseconds") if one.confirmed_at else ""
    return Erased(one.kind, one.subject, one.reason, one.asked_by, str(one.confirmed_by), at)


def tell_backups(workspace: Workspace, ledger: Ledger) -> list[str]:
    """Write the list wherever it is to stand; returns the backups that cannot be reached now."""
    with ledger.read() as reading:
        lines = [_line(one) for one in reversed(done(reading))]
        made = reading.execute(select(audit.c.detail, audit.c.at).where(audit.c.action == "backup")).all()
    copy = str(workspace.config.section("retention")["copy_to"])
    _write(workspace.var / LIST, lines)
    away = []
    if copy:
        place = workspace.root / copy
        try:
            _write(place, lines)
        except OSError:
            away.append(str(place))
    for detail, at in made:
        folder = Path(detail.get("folder", ""))
        since = [line for line in lines if datetime.fromisoformat(line.at) >= at]
        if not since or not detail.get("folder"):
            continue
        try:
            if (folder / "manifest.json").is_file():
                _write(folder / LIST, since)
            elif folder.parent.exists():
                continue  # it was thrown away
            else:
                away.append(str(folder))
        except OSError:
            away.append(str(folder))
    return away


def _write(path: Path, lines: Iterable[Erased]) -> None:
    """Add what the list lacks; what others have added stays."""
    there = set(read_list(path)) if path.exists() else set()
    fresh = [line for line in lines if line not in there]
    if not fresh:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write("".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in fresh))
        file.flush()
        os.fsync(file.fileno())


def read_list(path: Path) -> list[Erased]:
    """The erasures of a list. Errors: InputError for a line that is none, UnavailableError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise unavailable(error, path) or error from error
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(Erased(**json.loads(line)))
        except (ValueError, TypeError):
            raise InputError("this line is no erasure.", file=path, row=number, remedy="Restore the list.") from None
    return found
