"""What a check-up is made of: the checks, and what they share of a workspace that may be broken in any way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from regclean.config import Workspace
from regclean.errors import RegcleanError, UnavailableError
from regclean.ledger import Ledger, Tables, look_at, tables_of
from regclean.outside import in_words

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found. `outside`: it is about something that is not there or full, as exit code 3 says."""

    check: str
    state: State
    what: str
    where: str | None = None
    remedy: str | None = None
    outside: bool = False


@dataclass(slots=True)
class Sign:
    """What a check says, before it is told which one it was."""

    state: State
    what: str
    where: Path | str | None = None
    remedy: str | None = None
    outside: bool = False


class NotLooked(Exception):  # noqa: N818  # no error: another check tells what stands in the way
    """A check cannot be made because of what another one finds."""


@dataclass(slots=True)
class Patient:
    """The workspace in the folder `root`, at the moment `now` (UTC). `config_error`: why its configuration cannot be read."""

    root: Path
    now: datetime
    known: Workspace | None = None
    config_error: RegcleanError | None = None
    ledger_is_good: bool | None = field(default=None)  # None: not asked yet
    send_test: bool = False  # send an alert to each address, to see whether it arrives

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def workspace(self) -> Workspace:
        if self.known is None:
            raise NotLooked("the configuration cannot be read")
        return self.known

    def ledger(self) -> AbstractContextManager[Ledger]:
        """The ledger as it stands. Errors: as of `look_at`."""
        return look_at(self.workspace.ledger_url)

    def good_ledger(self) -> AbstractContextManager[Ledger]:
        """The ledger, where its tables can be asked; else `NotLooked`."""
        workspace = self.workspace
        if self.ledger_is_good is None:
            try:
                self.ledger_is_good = self.ledger_tables() == "current"
            except NotLooked:
                self.ledger_is_good = False
        if not self.ledger_is_good:
            raise NotLooked("the ledger cannot be asked")
        return look_at(workspace.ledger_url)

    def ledger_tables(self) -> Tables:
        """How the ledger's tables stand; `NotLooked` where it cannot be opened."""
        try:
            with self.ledger() as ledger, ledger.read() as connection:
                return tables_of(connection)
        except RegcleanError as error:
            raise NotLooked("the ledger cannot be opened") from error


Finder = Callable[[Patient], Iterator[Sign]]


def examine(name: str, finder: Finder, patient: Patient) -> list[Check]:
    """Make one check. Whatever goes wrong in it is what it found."""
    found: list[Sign] = []
    try:
        found.extend(finder(patient))
    except NotLooked as stopped:
        found.append(Sign("warning", f"not looked at: {stopped}.", remedy="Mend that first, then look again."))
    except RegcleanError as error:
        found.append(of_error(error))
    except Exception as error:  # an engine's own words could quote a value
        found.append(of_error(in_words(error)))
    return [
        Check(name, one.state, one.what, str(one.where) if one.where is not None else None, one.remedy, one.outside)
        for one in found
    ]


def of_error(error: RegcleanError) -> Sign:
    """What stops a command is a problem."""
    place = ", ".join(
        f"{label}{value}"
        for label, value in (("", error.file), ("row ", error.row), ("column ", error.column))
        if value is not None
    )
    remedy = error.remedy or "Correct it there, then look again."
    return Sign("problem", error.message, place or None, remedy, isinstance(error, UnavailableError))
