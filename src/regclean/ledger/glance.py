"""A ledger as it stands, to look at: nothing is made, brought up to date or written, as opening it would."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from regclean.errors import UnavailableError
from regclean.ledger.database import Ledger, begin, cannot_be_opened, not_a_ledger_url, revision_of
from regclean.ledger.migrations import HEAD

Tables = Literal["none", "older", "current", "newer"]
ANSWER_SECONDS = 5


@contextmanager
def look_at(url: str) -> Iterator[Ledger]:
    """The ledger at `url` for reading alone. Errors: LedgerError as of `open_ledger`; UnavailableError when there is none."""
    try:
        parsed = make_url(url)
        engine = _engine(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise not_a_ledger_url() from error
    try:
        yield Ledger(engine)
    except DBAPIError as error:
        raise cannot_be_opened(url, error) from error
    finally:
        engine.dispose()


def tables_of(connection: Connection) -> Tables:
    """Are the ledger's tables those that this program uses?"""
    found = revision_of(connection)
    if found is None or found == HEAD:
        return "none" if found is None else "current"
    from regclean.ledger.migrations import runner

    return "older" if runner.knows(found) else "newer"


def is_whole(connection: Connection) -> bool:
    """Does the database find its own file in order? Always of PostgreSQL, which looks after itself."""
    return connection.dialect.name != "sqlite" or connection.execute(text("PRAGMA quick_check(1)")).scalar() == "ok"


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not path.is_file() or not path.stat().st_size:
            raise UnavailableError("the ledger is not there, or empty.", file=path)
        # Beside a database that nobody may write to, SQLite cannot put what readers share: nobody changes it then.
        still = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
        address = f"file:{quote(str(path.resolve()))}?mode=ro{'&immutable=1' if still else ''}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(address, uri=True, timeout=ANSWER_SECONDS, isolation_level=None)

        engine = create_engine(url, creator=connect, poolclass=NullPool, hide_parameters=True)
    elif url.get_backend_name() == "postgresql":
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"connect_timeout": ANSWER_SECONDS},
            poolclass=NullPool,
            hide_parameters=True,
        )
    else:
        raise ArgumentError("neither SQLite nor PostgreSQL")
    event.listen(engine, "begin", begin)
    return engine
