"""Opening the ledger, and its two kinds of transactions.

Invariant: writers take turns. A write transaction holds the ledger's only write lock from its first statement to its
commit (BEGIN IMMEDIATE on SQLite, an advisory lock on PostgreSQL), so what it has read is still true when it writes. A
read transaction is a snapshot: it never sees half of anything.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from regclean.errors import ConflictError, RegcleanError, UnavailableError, UnknownCommitError
from regclean.ledger.anchor import Anchor
from regclean.ledger.migrations import HEAD
from regclean.ledger.tables import identity, metadata
from regclean.outside import unavailable

_log = logging.getLogger("regclean")
CHUNK = 2_000
BUSY_SECONDS = 15
QUEUE_SECONDS = 60  # behind the other writers of this process
AUDIT_END = "regclean_audit_end"  # what a write transaction has added to the log, for the anchor
SLIMMED = "0014"  # the last step that takes something out of the evidence: the space that it took is given back
_WRITES = "regclean_writes"
_Item = TypeVar("_Item")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_WRITE_LOCK = 7_306_027_581_463  # any number that nothing else in the same PostgreSQL database uses


class LedgerError(RegcleanError):
    """The ledger cannot be opened or is not what this program can use."""


class LedgerAwayError(LedgerError, UnavailableError):
    """The ledger cannot be reached, or not written to."""


class Ledger:
    """An open ledger. Thread-safe; each transaction takes a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.anchor: Anchor | None = None  # where the audit log's end is held outside
        self.key: str | None = None  # the fingerprint of the key that is written under; None: nothing is
        self._turn = RLock()
        self._writer = engine.execution_options(**{_WRITES: True})
        self._reader = engine
        if engine.dialect.name == "postgresql":
            self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: committed at the end, rolled back on any error.

        Errors: ConflictError where the workspace has got another key since this process read its own.
        """
        asked = False
        ended: tuple[int, str] | None = None
        try:
            with self._one_at_a_time(), self._writer.begin() as connection:
                connection.info.pop(AUDIT_END, None)
                self._check_key(connection)
                yield connection
                ended = connection.info.pop(AUDIT_END, None)
                asked = True
        except DBAPIError as error:
            away = unavailable(error, self.place)
            if away is None:
                raise
            if asked and error.connection_invalidated:
                raise UnknownCommitError(
                    "the ledger was asked to commit, and its answer was lost.",
                    file=self.place,
                    remedy="When it answers again, look whether the last step was kept before you repeat it.",
                ) from error
            raise away from error
        if ended is not None and self.anchor is not None:
            try:
                self.anchor.hold(*ended)
            except OSError as error:  # it is committed all the same, and the next commit holds it
                _log.warning("the audit log's end could not be held outside (%s)", error.strerror)

    def _check_key(self, connection: Connection) -> None:
        """What is sealed or hashed under a key that is in force no more would open never again."""
        if self.key is None:
            return
        in_force = connection.execute(select(identity.c.value).where(identity.c.name == "key")).scalar()
        if in_force != self.key:
            raise ConflictError(
                "the workspace's key was changed meanwhile. Nothing was written.",
                file=self.place,
                remedy="Do the same again, under the new key. A page or a schedule that is served is to be started anew.",
            )

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """The writers of this process queue here: SQLite's own lock is asked again and again, and may forget somebody."""
        if self.engine.dialect.name != "sqlite":
            yield
            return
        if not self._turn.acquire(timeout=QUEUE_SECONDS):
            raise LedgerAwayError(
                f"others have been writing to the ledger for {QUEUE_SECONDS} seconds.",
                file=self.place,
                remedy="Wait a moment, then do the same again. Nothing was written.",
            )
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot to read from."""
        try:
            with self._reader.connect() as connection:
                yield connection
        except DBAPIError as error:
            away = unavailable(error, self.place)
            if away is None:
                raise
            raise away from error

    def rewrite(self, *tables: Table) -> bool:
        """Write tables anew, so that no freed block of the database holds what their rows held before; False where others
        were reading meanwhile, so that the file still holds some.
        """
        raw = self.engine.raw_connection()
        driver: Any = raw.driver_connection
        try:
            if self.engine.dialect.name == "postgresql":
                driver.autocommit = True
                for table in tables:
                    driver.execute(f"VACUUM FULL {table.name}").close()
                return True
            driver.execute("VACUUM").close()
            return bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        finally:
            raw.invalidate()
            raw.close()

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        self.engine.dispose()


def open_ledger(url: str) -> Ledger:
    """Open the ledger at `url` (SQLite or PostgreSQL), creating it or bringing its tables up to date as needed.

    Errors: LedgerError when it cannot be reached, is of an unknown kind, or was written by a newer program.
    """
    ledger = Ledger(_engine_of(url))
    try:
        _bring_up_to_date(ledger)
    except DBAPIError as error:
        ledger.close()
        raise cannot_be_opened(url, error) from error
    except RegcleanError as error:
        ledger.close()
        if isinstance(error.__cause__, DBAPIError):
            raise cannot_be_opened(url, error.__cause__) from error
        raise
    return ledger


def is_there(url: str) -> bool:
    """Is there a ledger at `url`? Makes nothing. Errors: LedgerError as of `open_ledger`."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        if not path.is_file() or not path.stat().st_size:
            return False
    ledger = Ledger(_engine_of(url))
    try:
        with ledger.read() as connection:
            return revision_of(connection) is not None
    except DBAPIError as error:
        raise cannot_be_opened(url, error) from error
    finally:
        ledger.close()


@contextmanager
def opened(url: str) -> Iterator[Ledger]:
    """`open_ledger` for the length of a `with` block."""
    ledger = open_ledger(url)
    try:
        yield ledger
    finally:
        ledger.close()


def in_chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Lists of at most 2,000 items, as many as one statement takes."""
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def insert_many(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]], *, missing: bool = False
) -> None:
    """Insert many rows (the values of the columns `names`), handed to the driver as they are: several times as fast as
    value by value. On PostgreSQL by COPY. `missing`: only those whose primary key is not there yet.
    """
    dialect = connection.dialect
    binders = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    bound = ([value if bind is None else bind(value) for bind, value in zip(binders, row, strict=True)] for row in rows)
    if dialect.name == "postgresql" and not missing:
        columns = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
        driver: Any = connection.connection.cursor()
        with driver, driver.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
            for row in bound:
                copy.write_row(row)
        return
    statement = _insert(connection, table)
    if missing:
        statement = statement.on_conflict_do_nothing()
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    places = [names.index(name) for name in compiled.positiontup or ()]  # PostgreSQL's driver takes values by name
    for chunk in in_chunks(bound):
        if places:
            connection.exec_driver_sql(str(compiled), [tuple([row[at] for at in places]) for row in chunk])
        else:
            connection.exec_driver_sql(str(compiled), [dict(zip(names, row, strict=True)) for row in chunk])


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    statement = _insert(connection, table).on_conflict_do_nothing()
    for chunk in in_chunks(rows):
        connection.execute(statement, [dict(row) for row in chunk])


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def is_writing(connection: Connection) -> bool:
    """Does this connection belong to a write transaction, that is: does it hold the write lock?"""
    return bool(connection.get_execution_options().get(_WRITES))


def _engine_of(url: str) -> Engine:
    try:
        return _engine(make_url(url))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise not_a_ledger_url() from error


def not_a_ledger_url() -> LedgerError:
    """What is said of a URL that is no ledger's."""
    return LedgerError(
        "the ledger's URL is not one of SQLite or PostgreSQL.",
        remedy='Examples: "sqlite:///var/ledger.db", "postgresql+psycopg://user@host/database".',
    )


def cannot_be_opened(url: str, error: DBAPIError) -> LedgerError:
    """What is said of a ledger that does not open."""
    shown = make_url(url).render_as_string(hide_password=True)
    outside = unavailable(error)
    return LedgerAwayError(
        f"the ledger {shown} cannot be opened: {outside.message if outside else type(error.orig).__name__}",
        remedy=outside.remedy if outside else "Check the address, the rights to it, and that its disk is not full.",
    )


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url, connect_args={"timeout": BUSY_SECONDS}, pool_size=10, max_overflow=30, hide_parameters=True
        )
        event.listen(engine, "connect", _configure_sqlite)
    elif url.get_backend_name() == "postgresql":
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=10,
            max_overflow=30,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    else:
        raise ArgumentError("neither SQLite nor PostgreSQL")
    event.listen(engine, "begin", begin)
    return engine


def _configure_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # The driver's own idea of when to BEGIN would start write transactions late, and they could then fail as busy.
    dbapi_connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        dbapi_connection.execute(f"PRAGMA {pragma}").close()


def begin(connection: Connection) -> None:
    """Begin a transaction of its kind."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing(connection) else "BEGIN")
    elif is_writing(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITE_LOCK})


def revision_of(connection: Connection) -> str | None:
    """The step that the ledger's tables stand at; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _bring_up_to_date(ledger: Ledger) -> None:
    with ledger.read() as connection:
        if revision_of(connection) == HEAD:
            return
    # Alembic is needed only when there is something to do. Two programs may come here at once: the second one waits
    # for the write lock and then finds nothing left to do.
    from regclean.ledger.migrations import runner

    with ledger.write() as connection:
        found = revision_of(connection)
        if found is not None and not runner.knows(found):
            raise LedgerError(
                f"the ledger was written by a newer regclean (its tables are at {found}, this program knows {HEAD}).",
                remedy="Use the newer program; nothing was changed.",
            )
        if found is None:
            _make_room(connection)
        if found != HEAD:
            runner.upgrade(connection)
    if found is not None and found < SLIMMED:
        try:
            ledger.rewrite(metadata.tables["evidence"])
        except (
            ledger.engine.dialect.loaded_dbapi.Error
        ) as error:  # no room to write it anew, say: it is whole all the same
            _log.warning("the ledger's space could not be given back (%s)", type(error).__name__)


def _make_room(connection: Connection) -> None:
    """A new ledger's schema is made, and takes nobody else's tables. Errors: LedgerError."""
    if connection.dialect.name == "postgresql":
        path = connection.execute(text("SELECT current_setting('search_path') WHERE current_schema() IS NULL")).scalar()
        if path is not None and _NAME.fullmatch(path):
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {path}"))
    others = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if others:
        raise LedgerError(
            f"the database holds a table '{others[0]}' that is not the ledger's: a register is there, perhaps.",
            remedy='Give the ledger a database of its own or, on PostgreSQL, a schema: [ledger] schema = "regclean".',
        )
