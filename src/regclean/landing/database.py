"""Reading a query of any database that SQLAlchemy knows, read-only and from one snapshot."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import sqlalchemy as sa

from regclean.errors import InputError
from regclean.landing.columns import ColumnPlan, Wanted, resolve
from regclean.landing.report import ROW, Batch
from regclean.landing.textual import plain
from regclean.outside import unavailable

BATCH_ROWS = 20_000
_REMEDY = "Check url and query of the source, and that the database can be reached from here."


@dataclass(slots=True)
class Query:
    """A query and what reading it showed: `digest` of the rows read, `counted` by the database itself."""

    url: sa.URL
    text: str = field(repr=False)
    file: str
    digest: Any = field(default_factory=hashlib.sha256, repr=False)
    counted: int = 0

    def count(self) -> int:
        return self.counted

    def sha256(self) -> str:
        return str(self.digest.hexdigest())


def open_query(url: str, query: str, number: int) -> Query:
    """The query of source `number`. Errors: InputError for a URL that is none; the URL is not shown."""
    try:
        parsed = sa.make_url(url)
        parsed.get_dialect()
    except (sa.exc.ArgumentError, ImportError, ValueError):
        raise InputError(
            "the url of the source is not a database URL of a kind that is installed.",
            file=f"query of source {number}",
            remedy='Examples: "sqlite:///register.db", "postgresql+psycopg://reader:${PASSWORD}@host/register".',
        ) from None
    name = Path(parsed.database or "").name
    return Query(parsed, query.strip().rstrip(";"), f"{parsed.get_backend_name()}:{name} (query of source {number})")


def check_query(url: str, query: str, number: int) -> None:
    """Ask the database of source `number` whether it would answer the query. Errors: InputError, UnavailableError."""
    with _connection(asked := open_query(url, query, number)) as connection:
        connection.exec_driver_sql(f"SELECT * FROM ({asked.text}) AS asked WHERE 1 = 0")  # noqa: S608  # the workspace's own query


def plan_query(query: Query, looked_for: Wanted) -> ColumnPlan:
    """Ask the database which columns the query has, and assign them. Errors: InputError."""
    with _connection(query) as connection:
        result = connection.exec_driver_sql(f"SELECT * FROM ({query.text}) AS headed WHERE 1 = 0")  # noqa: S608  # the workspace's own query
        names = list(result.keys())
    return resolve([names], 0, looked_for, query.file)


def read_query(query: Query, plan: ColumnPlan) -> Iterator[Batch]:
    """All rows of the query; `ROW` is the record's number, with the column names as row 1. Errors: InputError."""
    first = 2
    with _connection(query) as connection:
        counting = f"SELECT count(*) FROM ({query.text}) AS counted"  # noqa: S608  # the workspace's own query
        query.counted = int(connection.exec_driver_sql(counting).scalar_one())
        result = connection.execution_options(stream_results=True, yield_per=BATCH_ROWS).exec_driver_sql(query.text)
        for some in result.partitions(BATCH_ROWS):
            yield Batch(_frame(query, plan, some, first))
            first += len(some)


def _frame(query: Query, plan: ColumnPlan, rows: Sequence[Sequence[Any]], first: int) -> pl.DataFrame:
    columns: dict[str, list[str | None]] = {}
    for at in plan.used:
        try:
            columns[str(at)] = texts = [plain(row[at]) for row in rows]
        except TypeError as error:
            raise InputError(
                f"the column holds values of type {error}, which have no plain text.",
                file=query.file,
                column=plan.header[at],
                remedy="Cast it to text in the query, or ignore it in the mapping.",
            ) from None
        query.digest.update(repr(texts).encode("utf-8", "surrogatepass"))
    numbers = range(first, first + len(rows))
    return pl.DataFrame({ROW: numbers} | columns, schema={ROW: pl.Int64} | dict.fromkeys(columns, pl.String))


@contextmanager
def _connection(query: Query) -> Iterator[sa.Connection]:
    engine = _engine(query)
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.OperationalError as error:
        outside = unavailable(error, query.file)
        raise outside or _unreadable(query, "the database cannot be read", error) from None
    except sa.exc.ProgrammingError as error:
        raise _unreadable(query, "the database refused the query", error) from None
    except (sa.exc.SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as error:
        # Other errors of a driver may quote values of the register.
        name = type(getattr(error, "orig", error)).__name__
        raise InputError(f"the query failed ({name}).", file=query.file, remedy=_REMEDY) from None
    finally:
        engine.dispose()


def _unreadable(query: Query, what: str, error: sa.exc.DBAPIError) -> InputError:
    told = str(error.orig).strip().splitlines()
    message = told[0] if told else type(error.orig).__name__
    if query.url.password:
        message = message.replace(str(query.url.password), "***")
    return InputError(f"{what}: {message.rstrip('.')}.", file=query.file, remedy=_REMEDY)


def _engine(query: Query) -> sa.Engine:
    if query.url.get_backend_name() != "sqlite":
        snapshot = query.url.get_backend_name() in {"postgresql", "mysql", "mariadb"}
        url = query.url.set(drivername="postgresql+psycopg") if query.url.drivername == "postgresql" else query.url
        try:
            return sa.create_engine(
                url, hide_parameters=True, **({"isolation_level": "REPEATABLE READ"} if snapshot else {})
            )
        except (ImportError, sa.exc.NoSuchModuleError) as error:
            kind = query.url.drivername
            raise InputError(
                f"no driver for '{kind}' is installed.",
                file=query.file,
                remedy="Use postgresql, or install its driver.",
            ) from error
    path = Path(query.url.database or "")
    if not path.is_file():
        raise InputError("there is no such database file.", file=query.file, remedy=_REMEDY)

    def connect() -> sqlite3.Connection:
        # Read-only, and in one transaction: the count and the rows are of the same moment.
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
        connection.text_factory = _decoded
        connection.execute("BEGIN")
        return connection

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.NullPool, hide_parameters=True)


def _decoded(text: bytes) -> str:
    """SQLite keeps whatever bytes a program wrote as text: read them as a file's would be."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("windows-1252", "replace")
