"""Writing a batch's lines inside an open transaction: each cell only while it holds what the line expects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Table, Update, bindparam, delete, insert, select, update

from regclean.domain.findings import canonical_json
from regclean.domain.register import CUSTOMER_COLUMNS, KEY_COLUMNS, TABLES
from regclean.errors import ConflictError
from regclean.register.judge import Judge, held_back
from regclean.register.lines import ChangeLine, Seen, inserted_rows
from regclean.register.receipts import Receipt, merged
from regclean.register.rows import Register, StoredRow, needed_keys
from regclean.register.values import as_text, as_typed

Rows = Mapping[str, Mapping[str, list[StoredRow]]]


def look(register: Register, lines: Sequence[ChangeLine]) -> list[Seen]:
    """How each line stands now."""
    return _judge(register, lines, _read(register, lines), _pointers(register.connection, lines))


def _pointers(connection: Connection, lines: Iterable[ChangeLine]) -> dict[str, str]:
    if not any(line.op == "merge" for line in lines) or not connection.dialect.has_table(connection, merged.name):
        return {}
    query = select(merged.c.customer_no, merged.c.survivor_no)
    return {row.customer_no: row.survivor_no for row in connection.execute(query)}


def _read(register: Register, lines: Sequence[ChangeLine]) -> Rows:
    return {name: register.read(name, keys) for name, keys in sorted(needed_keys(lines).items())}


def _judge(register: Register, lines: Sequence[ChangeLine], rows: Rows, pointers: Mapping[str, str]) -> list[Seen]:
    judge = Judge(
        lines=lines,
        rows=rows,
        has=register.has,
        pointers=pointers,
        referring=lambda customers: {
            name: register.referring(name, customers) for name in CUSTOMER_COLUMNS if not TABLES[name].history
        },
    )
    return judge.seen()


def write(register: Register, draft: Receipt, lines: Sequence[ChangeLine], *, step: Callable[[str], None]) -> Receipt:
    """Write the lines that are ready; returns the draft filled in."""
    rows = _read(register, lines)
    seen = _judge(register, lines, rows, _pointers(register.connection, lines))
    held = frozenset() if draft.undo else held_back(lines, seen)
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

    def write(self, line: ChangeLine, cells: Mapping[tuple[str, str, int], list[ChangeLine]]) -> str | None:
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

    def _update(self, line: ChangeLine) -> None:
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

    def _insert(self, name: str, cells: Sequence[ChangeLine]) -> None:
        table = self._table(name)
        values = {
            cell.column: as_typed(cell.after, table.c[cell.column].type, place=f"{name}.{cell.column}")
            for cell in cells
            if cell.column
        }
        self.register.connection.execute(insert(table).values(values))

    def _delete(self, line: ChangeLine) -> str | None:
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

    def _point(self, line: ChangeLine) -> None:
        connection = self.register.connection
        if line.after is None:
            connection.execute(delete(merged).where(merged.c.customer_no == line.key))
        else:
            connection.execute(
                insert(merged).values(customer_no=line.key, survivor_no=line.after, batch=str(self.draft.batch))
            )
