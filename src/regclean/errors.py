"""What can go wrong, said so that a clerk can act on it.

Every error that reaches a user is a `RegcleanError`: it names the place (file, row, column) and the remedy, never a
personal value. `exit_code` follows the contract: 1 a gate or a conflict stopped the work, 2 bad usage or input, 3
something outside is not there or full.
"""

from __future__ import annotations

from pathlib import Path


def counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


class RegcleanError(Exception):
    """An error with a place and a remedy. `str(error)` is one printable paragraph."""

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        row: int | None = None,
        column: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = str(file) if file is not None else None
        self.row = row
        self.column = column
        self.remedy = remedy

    def __str__(self) -> str:
        places = (("", self.file), ("row ", self.row), ("column ", self.column))
        place = ", ".join(f"{label}{value}" for label, value in places if value is not None)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} {self.remedy}" if self.remedy else text


class ConfigError(RegcleanError):
    """`regclean.toml` or a mapping is wrong or incomplete."""


class InputError(RegcleanError):
    """An input file or query cannot be used as it is."""


class UsageError(RegcleanError):
    """A command was called with arguments that make no sense together."""


class GateError(RegcleanError):
    """A quality gate stopped the work; nothing was published."""

    exit_code = 1


class ConflictError(RegcleanError):
    """Somebody else changed what this was about to change."""

    exit_code = 1


class NotFoundError(UsageError):
    """What was named is not there, or not for this account: the two are never told apart."""


class ForbiddenError(UsageError):
    """The account that acts has no right to this."""


class ReasonNeededError(UsageError):
    """What is protected is shown only to one who says why."""


class SignInError(UsageError):
    """Nobody is signed in, or not as the one who was named."""


class UnavailableError(RegcleanError):
    """Something outside is not there or full: a disk, a database, a lock. What was begun was not done."""

    exit_code = 3


class UnknownCommitError(UnavailableError):
    """A database was asked to commit, and its answer was lost: whether it did is not known yet."""


def kind_of(error: BaseException) -> str:
    """The name of the class of this module that an error is of, for whom it reaches as words only: another process, say."""
    known = (
        one for one in type(error).__mro__ if globals().get(one.__name__) is one and issubclass(one, RegcleanError)
    )
    return next((one.__name__ for one in known), RegcleanError.__name__)


def of_kind(name: str, message: str) -> RegcleanError:
    """An error of the kind that `kind_of` named."""
    found = globals().get(name)
    if isinstance(found, type) and issubclass(found, RegcleanError):
        return found(message)
    return RegcleanError(message)
