"""A register that is a database: look before writing, write all of it in one transaction, leave a receipt there.

Invariant: what was done to the register and the receipt that says so are committed together. Whoever was killed, or
comes second, finds the receipt under the same token and writes nothing. A cell is written only while it holds what the
batch expects; the statement itself says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    Text,
    Update,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from regclean.domain.findings import canonical_json
from regclean.domain.register import CUSTOMER_COLUMNS, KEY_COLUMNS
from regclean.domain.tables import TABLES
from regclean.errors import ConfigError, ConflictError
from regclean.register.judge import Judge, held_back
from regclean.register.lines import Line, Seen, inserted_rows
from regclean.register.rows import Register, Row, needed_keys
from regclean.register.values import as_text, as_typed

Rows = Mapping[str, Mapping[str, list[Row]]]
BUSY_SECONDS = 15
_WRITES = "regclean_writes"
_own = MetaData()
receipts = Table(
    "regclean_receipts",
    _own,
    Column("token", String(80), primary_key=True),
    Column("batch", String(40), nullable=False),
    Column("applied_by", String(80), nullable=False),
    Column("applied_at", String(40), nullable=False),
    Column("undo", String(5), nullable=False),
    Column("detail", Text, nullable=False),
)
merged = Table(
    "regclean_merged",
    _own,
    Column("customer_no", String(80), primary_key=True),
    Column("survivor_no", String(80), nullable=False),
    Column("batch", String(40), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one apply or undo did: every line as it came out, and what cells held exactly where that matters.

    `held` are findings that were not written because one of their lines is not as expected any more.
    """

    token: str
    batch: int
    user: str
    at: datetime
    undo: bool
    seen: tuple[Seen, ...]
    found: Mapping[int, str] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    earlier: bool = False  # it was there already: this time nothing was written


class _Stopped(Exception):  # noqa: N818  # leaves a transaction without committing; no error
    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt


class SqlTarget:
    """The register behind a SQLAlchemy URL, with the canonical tables (or views of them) under canonical names."""

    kind = "sql"

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    def close(self) -> None:
        self.engine.dispose()

    def look(self, lines: Sequence[Line]) -> list[Seen]:
        """How each line stands: ready, done, changed or gone. Writes nothing."""
        with self._reading() as connection:
            register = Register(connection)
            return _judge(register, lines, _read(register, lines), _pointers(connection, lines))

    def receipt(self, token: str) -> Receipt | None:
        """The receipt that an apply or undo left, if it ever came through."""
        with self._reading() as connection:
            return _receipt(connection, token) if _has_own(connection) else None

    def apply(
        self,
        token: str,
        batch: int,
        lines: Sequence[Line],
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
        `step` is told of every stage. Errors: ConflictError when the register refuses a write.
        """
        with self._writing() as connection:
            _own.create_all(connection)
        draft = Receipt(token, batch, user, now, undo, ())
        try:
            with self._writing() as connection:
                connection.execute(insert(receipts).values(_row(draft)))
                receipt = _write(Register(connection, lock=True), draft, lines, undo=undo, step=step)
                if whole and receipt.held:
                    raise _Stopped(receipt)
                connection.execute(update(receipts).where(receipts.c.token == token).values(_row(receipt)))
                step("written")
        except _Stopped as stopped:
            return stopped.receipt
        except IntegrityError as error:
            with self._reading() as connection:
                earlier = _receipt(connection, token)
            if earlier:
                return earlier
            raise ConflictError(
                "the register refused the batch: a key or a reference does not allow it. Nothing was written.",
                remedy="Look at the lines with --dry-run.",
            ) from error
        except DBAPIError as error:
            raise ConflictError(
                f"the register refused the batch ({type(error.orig).__name__}). Nothing was written.",
                remedy="Check the rights to the register's tables, and that nobody has locked them.",
            ) from error
        step("committed")
        return receipt

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise ConfigError(
                f"the register's database cannot be read ({type(error.orig).__name__}).",
                remedy="Check [register] url in regclean.toml.",
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.engine.execution_options(**{_WRITES: True}).begin() as connection:
            yield connection


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _configure_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        else:
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            engine = create_engine(parsed, pool_pre_ping=True)
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


def _has_own(connection: Connection) -> bool:
    return bool(connection.dialect.has_table(connection, receipts.name))


def _pointers(connection: Connection, lines: Iterable[Line]) -> dict[str, str]:
    if not any(line.op == "merge" for line in lines) or not connection.dialect.has_table(connection, merged.name):
        return {}
    query = select(merged.c.customer_no, merged.c.survivor_no)
    return {row.customer_no: row.survivor_no for row in connection.execute(query)}


def _read(register: Register, lines: Sequence[Line]) -> Rows:
    return {name: register.read(name, keys) for name, keys in sorted(needed_keys(lines).items())}


def _judge(register: Register, lines: Sequence[Line], rows: Rows, pointers: Mapping[str, str]) -> list[Seen]:
    judge = Judge(
        lines=lines,
        rows=rows,
        has=register.has,
        pointers=pointers,
        referring=lambda customers: {
            name: register.referring(name, customers) for name in CUSTOMER_COLUMNS if name != "evidence"
        },
    )
    return judge.seen()


def _write(
    register: Register, draft: Receipt, lines: Sequence[Line], *, undo: bool, step: Callable[[str], None]
) -> Receipt:
    rows = _read(register, lines)
    seen = _judge(register, lines, rows, _pointers(register.connection, lines))
    held = frozenset() if undo else held_back(lines, seen)
    writer = _Writer(register, draft, rows)
    outcome: list[Seen] = []
    cells = inserted_rows(line for line in lines if line.finding_id not in held)
    for line, one in zip(lines, seen, strict=True):
        if one.status != "ready" or line.finding_id in held:
            outcome.append(one)
            continue
        refused = writer.write(line, cells)
        outcome.append(replace(one, status="changed", why=refused) if refused else one)
        step(f"line {line.seq}")
    return replace(draft, seen=tuple(outcome), found=writer.found, held=held)


@dataclass(slots=True)
class _Writer:
    """Writes single lines; remembers what a cell held where it was not exactly what the line says."""

    register: Register
    draft: Receipt
    rows: Rows
    found: dict[int, str] = field(default_factory=dict)
    inserted: set[tuple[str, str, int]] = field(default_factory=set)
    statements: dict[tuple[str, str, frozenset[str]], Update] = field(default_factory=dict)

    def write(self, line: Line, cells: Mapping[tuple[str, str, int], list[Line]]) -> str | None:
        """Write one line; returns why it could not be, where only the writing itself shows that."""
        if line.op == "insert":
            if line.row_id not in self.inserted:
                self.inserted.add(line.row_id)
                self._insert(line.table, cells[line.row_id])
        elif line.op == "merge":
            self._point(line)
        elif line.op == "delete":
            return self._delete(line)
        else:
            self._update(line)
        return None

    def _table(self, name: str) -> Table:
        table = self.register.table(name)
        assert table is not None  # a line is ready only where its table is
        return table

    def _update(self, line: Line) -> None:
        table, column = self._table(line.table), line.column or ""
        value = as_typed(line.after, table.c[column].type, place=f"{line.table}.{column}")
        moves = column in KEY_COLUMNS[line.table]
        written = set()
        for row in self.rows[line.table][line.key]:
            if not moves and row.text[column] != line.before:
                continue
            expected = {name: row.raw[name] for name in dict.fromkeys((*KEY_COLUMNS[line.table], column))}
            identity = repr(list(expected.values()))
            if identity in written:
                continue
            written.add(identity)
            parameters = {f"was_{name}": found for name, found in expected.items() if found is not None}
            statement = self._statement(table, column, expected)
            done = self.register.connection.execute(statement, parameters | {"is_now": value})
            if done.rowcount < 1:
                raise ConflictError(f"{line.table} {line.key} changed while it was written; nothing was.")
            if not moves and isinstance(row.raw[column], str) and row.raw[column] != line.before:
                self.found[line.seq] = row.raw[column]
        if moves:
            self.found[line.seq] = str(len(self.rows[line.table][line.key]))

    def _statement(self, table: Table, column: str, expected: Mapping[str, Any]) -> Update:
        """The update of one cell while key and cell are as expected, NULL-safe; made once for each shape."""
        empty = frozenset(name for name, value in expected.items() if value is None)
        shape = (table.name, column, empty)
        if shape not in self.statements:
            conditions = [
                table.c[name].is_(None)
                if name in empty
                else table.c[name] == bindparam(f"was_{name}", type_=table.c[name].type)
                for name in expected
            ]
            new = bindparam("is_now", type_=table.c[column].type)
            self.statements[shape] = update(table).where(*conditions).values({column: new})
        return self.statements[shape]

    def _insert(self, name: str, cells: Sequence[Line]) -> None:
        table = self._table(name)
        values = {
            cell.column: as_typed(cell.after, table.c[cell.column].type, place=f"{name}.{cell.column}")
            for cell in cells
            if cell.column
        }
        self.register.connection.execute(insert(table).values(values))

    def _delete(self, line: Line) -> str | None:
        if line.table == "customers" and self._referred(line.key):
            return "others refer to this customer by now"
        table = self._table(line.table)
        for row in self.rows[line.table][line.key]:
            if {name: value for name, value in row.text.items() if value is not None} == line.row:
                columns = [name for name in TABLES[line.table].by_name if name in row.raw]
                condition = self.register.condition(line.table, row, columns)
                self.register.connection.execute(delete(table).where(condition))
                exact = {
                    name: value if isinstance(value, str) else as_text(value)
                    for name, value in row.raw.items()
                    if value is not None
                }
                self.found[line.seq] = canonical_json(exact)
        return None

    def _referred(self, customer_no: str) -> bool:
        return any(self.register.referring(name, [customer_no]) for name in CUSTOMER_COLUMNS)

    def _point(self, line: Line) -> None:
        connection = self.register.connection
        if line.after is None:
            connection.execute(delete(merged).where(merged.c.customer_no == line.key))
        else:
            connection.execute(
                insert(merged).values(customer_no=line.key, survivor_no=line.after, batch=str(self.draft.batch))
            )


def _row(receipt: Receipt) -> dict[str, str]:
    detail = {
        "seen": [[one.seq, one.status, one.why] for one in receipt.seen],
        "found": {str(seq): text for seq, text in sorted(receipt.found.items())},
        "held": sorted(receipt.held),
    }
    return {
        "token": receipt.token,
        "batch": str(receipt.batch),
        "applied_by": receipt.user,
        "applied_at": receipt.at.isoformat(),
        "undo": str(receipt.undo).lower(),
        "detail": canonical_json(detail),
    }


def _receipt(connection: Connection, token: str) -> Receipt | None:
    row = connection.execute(select(receipts).where(receipts.c.token == token)).mappings().first()
    if row is None:
        return None
    detail = json.loads(row["detail"])
    return Receipt(
        token=token,
        batch=int(row["batch"]),
        user=row["applied_by"],
        at=datetime.fromisoformat(row["applied_at"]),
        undo=row["undo"] == "true",
        seen=tuple(Seen(seq, status, None, why) for seq, status, why in detail["seen"]),
        found={int(seq): text for seq, text in detail["found"].items()},
        held=frozenset(detail["held"]),
        earlier=True,
    )
