"""The night's DuckDB file.

Invariant: a file in `var/warehouse/` whose name does not start with "building-" or "failed-" is complete and never
written again; "damaged-" marks one that was, and cannot be read any more.
The night alone writes, into a file of its own; publishing is one rename. Readers open published files read-only.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regclean.domain.register import TABLES, ColumnType, Table
from regclean.errors import InputError, UnavailableError
from regclean.resources import keep_names

# No extension is ever fetched, from anywhere: the product works offline and loads no foreign code.
LOCKDOWN = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
SQL_TYPES: dict[ColumnType, str] = {
    "key": "TEXT",
    "text": "TEXT",
    "code": "TEXT",
    "month_day": "TEXT",
    "date": "DATE",
    "integer": "INTEGER",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "list": "TEXT[]",
}
KEPT_NIGHTS = 7
_UNFINISHED, _DAMAGED, _FAILED = "building-", "damaged-", "failed-"
KEPT_FAILED = timedelta(days=7)
# How DuckDB says that a file is not what it wrote. A checksum that does not match comes as the bare base class.
_DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?\Z")


class DamagedNightError(UnavailableError):
    """A published night's file is gone or cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "this night's file is damaged." if path.exists() else "this night's file is not there.",
            file=path,
            remedy="The next night goes on from the ledger without it: start one with: regclean run",
        )


def is_damage(error: duckdb.Error) -> bool:
    """Does DuckDB say that a file is not what it wrote?"""
    return isinstance(error, _DAMAGE) or str(error).startswith("Corrupt database file")


def load_sql(name: str, package: str = "regclean.warehouse") -> str:
    """The text of `sql/<name>.sql` of a package."""
    return resources.files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


@cache
def parameters_of(sql: str) -> frozenset[str]:
    """Names of the `$parameters` that a text's statements take, as DuckDB itself reads them."""
    with _parser().cursor() as parser:
        return frozenset(name for one in parser.extract_statements(sql) for name in one.named_parameters)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    # One for the process, as a database begins its threads when it is opened.
    return duckdb.connect(config={"threads": 1})


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Run a query and fetch everything: an open result would block the connection's next query."""
    return connection.execute(query, dict(parameters) if parameters else None).fetchall()


def write_frame(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append `frame` to an existing `table`; columns are matched by name, missing ones are NULL."""
    name = _table_name(table)
    with registered(connection, "incoming_frame", frame):
        connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming_frame")  # noqa: S608  # `_table_name` refuses what is more than a name


def temp_table(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Make the temporary `table` of `frame`; one of that name gives way."""
    name = _table_name(table)
    with registered(connection, "incoming_frame", frame):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming_frame")  # noqa: S608  # `_table_name` refuses what is more than a name


@contextmanager
def registered(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    """`frame` as the view `name`, for the length of a `with` block."""
    connection.register(name, frame)
    try:
        yield
    finally:
        connection.unregister(name)


def _table_name(table: str) -> str:
    if not _IDENTIFIER.match(table):
        raise ValueError(f"not a table name: {table!r}")
    return table


# The sealed columns of each landed table that standardising reads.
_SEALED = {name: [column.name for column in table.columns if column.sealed] for name, table in TABLES.items()}
_SEALED |= {"misplaced_ids": ["national_id"], "quarantine": []}


class LandedTables(Mapping[str, pl.DataFrame]):
    """The landed tables by name, each read when it is asked for, so that not all are in memory at once.

    "misplaced_ids" and "quarantine" are two of them. `opened`: what makes the sealed values of a column whole again.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, opened: Callable[[pl.Series], pl.Series]) -> None:
        self._connection = connection
        self._opened = opened

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in _SEALED:
            raise KeyError(name)
        frame: pl.DataFrame = self._connection.sql(f"SELECT * FROM landed.{name}").pl()  # noqa: S608  # one of `_SEALED`, as checked above
        return frame.with_columns(self._opened(frame[column]) for column in _SEALED[name])

    def __iter__(self) -> Iterator[str]:
        return iter(_SEALED)

    def __len__(self) -> int:
        return len(_SEALED)


@dataclass(frozen=True, slots=True)
class NightDatabase:
    """One night's database while it is being built."""

    run_id: str
    path: Path
    connection: duckdb.DuckDBPyConnection


class Warehouse:
    """The folder of nightly databases of one workspace."""

    def __init__(self, folder: Path, *, share: Path | None = None, threads: int = 0, memory_limit: str = "") -> None:
        """`share`: a folder that other hosts reach too, where each published night leaves a copy."""
        self.folder = folder
        self.share = share
        self._config: dict[str, str | bool | int | float | list[str]] = dict(LOCKDOWN)
        if threads:
            self._config["threads"] = threads
        if memory_limit:
            self._config["memory_limit"] = memory_limit

    def path(self, run_id: str) -> Path:
        return self.folder / f"{run_id}.duckdb"

    def found(self, run_id: str) -> Path:
        """Where a published night is read: here, else, on a host that runs no nights, from the shared folder."""
        own = self.path(run_id)
        return own if self.share is None or own.exists() else self.share / own.name

    def _building(self, run_id: str) -> Path:
        return self.folder / f"{_UNFINISHED}{run_id}.duckdb"

    @contextmanager
    def build(self, run_id: str, *, resume: bool = False) -> Iterator[NightDatabase]:
        """A new, empty night with every table of the schema; `resume` reopens the unfinished one of the same run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._building(run_id)
        if not resume:
            self._remove(path)
        connection = duckdb.connect(str(path), config=self._config)
        try:
            # The night shows its own progress; DuckDB's would be printed over it.
            connection.execute("SET enable_progress_bar = false")
            # Temporary data spills beside the database, never into the current folder.
            connection.execute("SET temp_directory = $folder", {"folder": str(self.folder / "spill")})
            if resume:
                connection.execute(load_sql("macros"))
            else:
                create_tables(connection)
            yield NightDatabase(run_id=run_id, path=path, connection=connection)
        finally:
            connection.close()

    def publish(self, run_id: str) -> Path:
        """Make a finished night visible by one rename."""
        target, built = self.path(run_id), self._building(run_id)
        if built.with_name(built.name + ".wal").exists():
            raise UnavailableError("not all of the night could be written.", file=built, remedy="Free space there.")
        built.replace(target)
        keep_names(self.folder)  # before the ledger says that this night is in force
        return target

    def copy_out(self, run_id: str, *, beside: str | None = None) -> list[str]:
        """Put a copy of a published night into the shared folder, if there is one; of the others there only `beside` stays,
        which is in force until the ledger says otherwise. Returns what is to be said: why it could not be, if so.
        """
        if self.share is None:
            return []
        target = self.share / self.path(run_id).name
        part = target.with_suffix(".part")
        try:
            self.share.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.path(run_id), part)
            part.chmod(self.path(run_id).stat().st_mode & 0o777)
            part.replace(target)
            keep_names(self.share)
            for path in self.share.glob("*.duckdb"):
                if path.stem not in (run_id, beside):
                    path.unlink(missing_ok=True)
        except OSError as error:
            return [f"Pages on other hosts have no copy of this night ([warehouse] share): {error.strerror}."]
        return []

    def published(self) -> list[str]:
        """Run ids of the nights whose files are here, by their days; the ledger knows which one is in force."""
        unpublished = (_UNFINISHED, _DAMAGED, _FAILED)
        return sorted(p.stem for p in self.folder.glob("*.duckdb") if not p.stem.startswith(unpublished))

    def remove(self, run_id: str) -> None:
        """Forget a published night."""
        self._remove(self.path(run_id))

    def keep_failed(self, run_id: str) -> Path | None:
        """Keep the unfinished file of a night that failed, for its owner's eyes alone; `sweep` forgets it after a week."""
        path, target = self._building(run_id), self.folder / f"{_FAILED}{run_id}.duckdb"
        if not path.exists():
            return None
        path.chmod(0o600)
        path.replace(target)
        return target

    def sweep(self, now: datetime) -> None:
        """Remove what killed nights left behind, and the failed ones that were kept for more than a week."""
        for path in self.folder.glob(f"{_UNFINISHED}*"):
            path.unlink(missing_ok=True)
        for path in self.folder.glob(f"{_FAILED}*"):
            if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > KEPT_FAILED:
                path.unlink(missing_ok=True)

    def set_aside(self, run_id: str) -> Path:
        """Take a damaged night out of the way, for somebody to look at; one at a time is kept. Returns the file."""
        aside = self.folder / f"{_DAMAGED}{run_id}.duckdb"
        for earlier in self.folder.glob(f"{_DAMAGED}*"):
            earlier.unlink(missing_ok=True)
        if self.path(run_id).exists():
            self.path(run_id).replace(aside)
        return aside

    @contextmanager
    def read(self, run_id: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection to a published night.

        Errors: InputError when there is none, or a query asks for what a night of an earlier version does not have;
        DamagedNightError.
        """
        if run_id is None:
            raise InputError("No night has been published here yet.", remedy="Start one with: regclean run")
        path = self.found(run_id)
        if not path.exists():
            raise DamagedNightError(path)
        try:
            connection = duckdb.connect(str(path), read_only=True, config=self._config)
        except duckdb.Error as error:
            raise DamagedNightError(path) if is_damage(error) else error from error
        try:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(load_sql("macros"))
            yield connection
        except duckdb.Error as error:
            if is_damage(error):
                raise DamagedNightError(path) from error
            if isinstance(error, (duckdb.BinderException, duckdb.CatalogException)) and not _is_of_this_shape(
                connection
            ):
                raise InputError(
                    "the night in force was made by an earlier version of regclean, and lacks what is asked for.",
                    file=path,
                    remedy="Run a night first: regclean run",
                ) from error
            raise
        finally:
            connection.close()

    @staticmethod
    def _remove(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _is_of_this_shape(connection: duckdb.DuckDBPyConnection) -> bool:
    """Has a night every table and column that the register, and what is asked of nights, has by now?"""
    query = "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'"
    there = set(rows(connection, query))
    typed = {(table.name, column.name) for table in TABLES.values() for column in table.typed}
    return there >= typed | {("search_terms", "term"), ("hidden_subjects", "key")}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty tables of a night: landed and typed ones from the register's shape, the rest from schema.sql.

    Two views for each canonical table are the only way from a typed row to landed ones: `raw.<table>` has the row that
    the typed one was made of, `keyed.<table>` every row that landed under the key. Both have the typed key as `key`.
    """
    connection.execute(load_sql("macros"))
    connection.execute(load_sql("landed"))
    for table in TABLES.values():
        columns = ", ".join(f"{column.name} TEXT" for column in table.columns)
        connection.execute(
            f"CREATE TABLE landed.{table.name} ({columns}, _file TEXT NOT NULL, _row BIGINT NOT NULL, _hash TEXT NOT NULL)"
        )
        connection.execute(typed_table(table))
    connection.execute(load_sql("schema"))
    for name in TABLES:
        connection.execute(raw_views(name))


def raw_views(name: str) -> str:
    """The statements that create the views of a table's landed rows under their typed keys."""
    return f"""
        CREATE VIEW keyed.{name} AS
        SELECT o.key, l.*, o.taken AS _taken
        FROM origins AS o
        INNER JOIN landed.{name} AS l USING (_file, _row, _hash)
        WHERE o.table_name = '{name}';
        CREATE VIEW raw.{name} AS SELECT * EXCLUDE (_taken) FROM keyed.{name} WHERE _taken;
    """  # noqa: S608  # names of our own declaration


def typed_table(table: Table) -> str:
    """The statement that creates the standardised table."""
    columns = [
        f"{column.name} {SQL_TYPES[column.type]}{' NOT NULL' if column.never_null else ''}" for column in table.typed
    ]
    keys = [] if table.repeatable else [f"PRIMARY KEY ({', '.join(table.key_columns)})"]
    return f"CREATE TABLE {table.name} ({', '.join([*columns, *keys])})"
