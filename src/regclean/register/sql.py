"""A register that is a database: look before writing, write all of it in one transaction, leave a receipt there.

Invariant: what was done to the register and the receipt that says so are committed together. Whoever was killed, or
comes second, finds the receipt under the same token and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError

from regclean.errors import ConfigError, ConflictError, UnavailableError, UnknownCommitError
from regclean.register import receipts, writer
from regclean.register.lines import ChangeLine, Seen
from regclean.register.receipts import Receipt
from regclean.register.rows import Register

BUSY_SECONDS = 15
_WRITES = "regclean_writes"


class _Stopped(Exception):  # noqa: N818  # leaves a transaction without committing; no error
    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt


class _UsedUp(Exception):  # noqa: N818  # somebody has taken this attempt's token before
    pass


class SqlTarget:
    """The register behind a SQLAlchemy URL, with the canonical tables (or views of them) under canonical names."""

    kind = "sql"

    def __init__(self, url: str, opened: Callable[[str], str] = str) -> None:
        """`opened`: what makes the sealed values of a line's text whole again."""
        self.engine = _engine(url)
        self._opened = opened

    def close(self) -> None:
        self.engine.dispose()

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def answer(self) -> None:
        """Ask it for nothing. Errors: UnavailableError when it does not answer."""
        url = self.engine.url
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():  # asking would make it
            raise UnavailableError(
                "the register's database is not there.", file=self.place, remedy="Correct [register] url."
            )
        with self._reading() as connection:
            connection.execute(text("SELECT 1"))

    def look(self, lines: Sequence[ChangeLine]) -> list[Seen]:
        """How each line stands: ready, done, changed or gone. Writes nothing."""
        with self._reading() as connection:
            return writer.look(Register(connection), [line.opened(self._opened) for line in lines])

    def attempt(self, first: str) -> str:
        """The token of the attempt that came through, else of the next one: `first`, or one after it when that was closed."""
        with self._reading() as connection:
            return receipts.attempt(connection, first)

    def receipt(self, token: str) -> Receipt | None:
        """The receipt that an attempt left, if it ever came through."""
        with self._reading() as connection:
            return receipts.read(connection, token)

    def close_attempt(self, token: str, batch: int, now: datetime) -> Receipt | None:
        """The receipt that an attempt left; where there is none, it can never come through any more.

        Errors: UnavailableError when the register cannot be asked, or somebody is writing under this token now.
        """
        try:
            with self._writing() as connection:
                receipts.own.create_all(connection)
            with self._writing() as connection:
                receipts.close(connection, token, batch, now)
        except IntegrityError:
            return self.receipt(token)
        except DBAPIError as error:
            raise _away(error) from error
        return None

    def apply(
        self,
        token: str,
        batch: int,
        lines: Sequence[ChangeLine],
        *,
        user: str,
        now: datetime,
        undo: bool = False,
        whole: bool = False,
        step: Callable[[str], None] = lambda _: None,
    ) -> Receipt:
        """Write the lines that are ready, in one transaction with the receipt.

        A finding with a line that has changed or gone is held back as a whole; an undo keeps single cells instead.
        `whole`: nothing is written when anything is held back (the receipt then is not in the register either).
        `step` is told of every stage. Errors: ConflictError when the register refuses a write: the attempt is closed
        then; UnavailableError when the register went away before it was asked to commit; UnknownCommitError when it
        was asked, and neither its answer came nor can its receipt be read.
        """
        asked: list[str] = []
        lines = [line.opened(self._opened) for line in lines]

        def told(name: str) -> None:
            if name == "written":
                asked.append(name)
            step(name)

        try:
            receipt = self._attempt(Receipt(token, batch, user, now, undo, ()), lines, whole=whole, step=told)
        except _Stopped as stopped:
            self.close_attempt(token, batch, now)
            return stopped.receipt
        except _UsedUp:
            earlier = self.receipt(token)
            if earlier:
                return earlier
            raise ConflictError("somebody has taken this batch back meanwhile. Nothing was written.") from None
        except (DBAPIError, ConflictError) as error:
            try:
                earlier = self.close_attempt(token, batch, now)
            except UnavailableError as away:
                if asked:
                    raise UnknownCommitError(
                        "the register was asked to commit, and its answer was lost.",
                        remedy="When its database answers again, do the same again: its receipt says what was done.",
                    ) from error
                raise UnavailableError(f"{away.message} Nothing was written.", remedy=away.remedy) from error
            if earlier:
                return earlier
            raise _refused(error) from error
        step("committed")
        return receipt

    def _attempt(
        self, draft: Receipt, lines: Sequence[ChangeLine], *, whole: bool, step: Callable[[str], None]
    ) -> Receipt:
        with self._writing() as connection:
            receipts.own.create_all(connection)
        with self._writing() as connection:
            try:
                receipts.begin(connection, draft)
            except IntegrityError:
                raise _UsedUp from None
            receipt = writer.write(Register(connection, lock=True), draft, lines, step=step)
            if whole and receipt.held:
                raise _Stopped(receipt)
            receipts.complete(connection, receipt)
            step("written")
        return receipt

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise _away(error) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.engine.execution_options(**{_WRITES: True}).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
            yield connection


def _away(error: DBAPIError) -> UnavailableError:
    return UnavailableError(
        f"the register's database cannot be used now ({type(error.orig).__name__}).",
        remedy="Check that it runs, its disk, the rights to its tables, that nobody has locked them, and [register] url.",
    )


def _refused(error: DBAPIError | ConflictError) -> ConflictError | UnavailableError:
    if isinstance(error, ConflictError):
        return error
    if isinstance(error, IntegrityError):
        return ConflictError(
            "the register refused the batch: a key or a reference does not allow it. Nothing was written.",
            remedy="Look at the lines with --dry-run.",
        )
    if isinstance(error, OperationalError):
        away = _away(error)
        return UnavailableError(f"{away.message} Nothing was written.", remedy=away.remedy)
    return ConflictError(
        f"the register refused the batch ({type(error.orig).__name__}). Nothing was written.",
        remedy="Check the rights to the register's tables, and that nobody has locked them.",
    )


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
            event.listen(engine, "connect", _configure_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ConfigError(
            "[register] url is not a database URL of a kind that is installed.",
            remedy='Examples: "sqlite:///register.db", "postgresql+psycopg://clerk:${PASSWORD}@host/register".',
        ) from error
    return engine


def _configure_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None  # the driver would begin late, and could then fail as busy


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
