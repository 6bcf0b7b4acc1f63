"""How the lines of a batch stand against the rows of a register: ready, already done, changed since, or gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from regclean.domain.register import KEY_COLUMNS, REPEATABLE, TABLES
from regclean.register.lines import ChangeLine, Seen, inserted_rows, moved_key
from regclean.register.rows import StoredRow

References = Mapping[str, Sequence[tuple[str | None, str, str]]]  # table -> (key, column, customer_no)


def held_back(lines: Sequence[ChangeLine], seen: Sequence[Seen]) -> frozenset[str]:
    """Findings that cannot be carried out whole: half a merge is worse than none."""
    return frozenset(
        line.finding_id
        for line, one in zip(lines, seen, strict=True)
        if line.finding_id and one.status in ("changed", "gone")
    )


@dataclass(slots=True)
class Judge:
    """`rows`: table -> key -> the rows there; `pointers`: where customers that were merged went; `referring`: which
    rows name some customers.
    """

    lines: Sequence[ChangeLine]
    rows: Mapping[str, Mapping[str, list[StoredRow]]]
    has: Callable[[str, str | None], bool]
    pointers: Mapping[str, str]
    referring: Callable[[Iterable[str]], References]

    def seen(self) -> list[Seen]:
        """One for each line, in their order."""
        inserted = inserted_rows(self.lines)
        strays = self._strays()
        return [self._look(line, inserted, strays) for line in self.lines]

    def _look(
        self, line: ChangeLine, inserted: Mapping[tuple[str, str, int], list[ChangeLine]], strays: set[str]
    ) -> Seen:
        if not self.has(line.table, line.column):
            return Seen(line.seq, "gone", None, "the register has no such table or column")
        rows = self.rows.get(line.table, {}).get(line.key, [])
        if len(rows) > 1 and line.table not in REPEATABLE:
            return Seen(line.seq, "changed", None, "the key stands more than once in the register")
        if line.op == "merge":
            return self._merge(line, rows, strays)
        if line.op == "insert":
            return _insert(line, rows, inserted[line.row_id])
        if line.op == "delete":
            return _delete(line, rows)
        if line.column in KEY_COLUMNS[line.table]:
            return self._move(line, rows)
        return _update(line, rows)

    def _move(self, line: ChangeLine, rows: list[StoredRow]) -> Seen:
        if line.part and len(rows) > line.part:
            return Seen(line.seq, "changed", line.before, "others have added rows under this key")
        if rows:
            return Seen(line.seq, "ready", line.before)
        there = self.rows.get(line.table, {}).get(moved_key(line), [])
        return Seen(line.seq, "done", line.after) if there else Seen(line.seq, "gone")

    def _merge(self, line: ChangeLine, rows: list[StoredRow], strays: set[str]) -> Seen:
        pointer = self.pointers.get(line.key)
        if line.after is None:  # taking a merge back
            if pointer is None:
                return Seen(line.seq, "done")
            return Seen(line.seq, "ready" if pointer == line.before else "changed", pointer)
        if pointer == line.after:
            return Seen(line.seq, "done", pointer)
        if pointer is not None:
            return Seen(line.seq, "changed", pointer, "the customer was merged with another one")
        if not rows:
            return Seen(line.seq, "gone")
        if line.key in strays:
            return Seen(line.seq, "changed", None, "something else hangs on this customer by now")
        return Seen(line.seq, "ready")

    def _strays(self) -> set[str]:
        """Customers to be merged on whom more hangs than the batch moves: it came after the batch was built."""
        losers = {line.key for line in self.lines if line.op == "merge" and line.after is not None}
        if not losers:
            return set()
        moved = {(line.table, line.key, line.column) for line in self.lines if line.op == "update"}
        removed = {(line.table, line.key) for line in self.lines if line.op == "delete"}
        return {
            customer
            for table, references in self.referring(sorted(losers)).items()
            for key, column, customer in references
            if (table, key, column) not in moved and (table, key) not in removed
        }


def _update(line: ChangeLine, rows: list[StoredRow]) -> Seen:
    if not rows:
        return Seen(line.seq, "gone")
    values = [row.text.get(line.column or "") for row in rows]
    after = _filled(line.after)
    if line.before in values:
        return Seen(line.seq, "ready", line.before)
    if after in values:
        return Seen(line.seq, "done", after)
    return Seen(line.seq, "changed", values[0])


def _filled(text: str | None) -> str | None:
    """Blank text reads as nothing."""
    return text if text and text.strip() else None


def _insert(line: ChangeLine, rows: list[StoredRow], cells: Sequence[ChangeLine]) -> Seen:
    if not rows:
        return Seen(line.seq, "ready")
    now = rows[0].text.get(line.column or "")
    wanted = {cell.column: _filled(cell.after) for cell in cells if cell.column in TABLES[line.table].by_name}
    same = any(all(row.text.get(column or "") == value for column, value in wanted.items()) for row in rows)
    if same:
        return Seen(line.seq, "done", now)
    if line.table in REPEATABLE:
        return Seen(line.seq, "ready")
    return Seen(line.seq, "changed", now, "the key is taken")


def _delete(line: ChangeLine, rows: list[StoredRow]) -> Seen:
    if not rows:
        return Seen(line.seq, "done")
    wanted = line.row
    if any({name: value for name, value in row.text.items() if value is not None} == wanted for row in rows):
        return Seen(line.seq, "ready")
    return Seen(line.seq, "changed", None, "the row was edited")
