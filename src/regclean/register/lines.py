"""Lines of a batch: one cell, row or merge of the register each, before -> after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from regclean.domain.findings import Operation, canonical_json
from regclean.domain.register import KEY_COLUMNS, join_key, key_parts

Status = Literal["ready", "done", "changed", "gone"]
Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change. `before` is what the register held when the batch was built, as its extract wrote it.

    - update: the cell `column` of the row `key`;
    - insert: one cell of a new row; the lines of one key make the row, and name its key columns too;
    - delete: `before` is the whole row as JSON (column -> text);
    - merge: the customer `key` now is the customer `after`. What hangs on it is moved by lines of its own.
    """

    seq: int
    op: Operation
    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None
    finding_id: str | None
    part: int = 0  # tells rows apart that are inserted under one key; of a move taken back: how many rows moved

    @property
    def row_id(self) -> tuple[str, str, int]:
        """Which new row a cell belongs to."""
        return (self.table, self.key, self.part)

    @property
    def row(self) -> Row:
        """The whole row of a delete."""
        return dict(json.loads(self.before or "{}"))

    def opened(self, opened: Callable[[str], str]) -> ChangeLine:
        """The line as the register is to read it. `opened`: what makes the sealed values of a text whole again."""
        before, after = (text if text is None else opened(text) for text in (self.before, self.after))
        return replace(self, before=before, after=after)


@dataclass(frozen=True, slots=True)
class Seen:
    """A line as the register stands: `now` is the cell's value there (None also where there is no such row)."""

    seq: int
    status: Status
    now: str | None = None
    why: str | None = None


def delete_text(row: Row) -> str:
    """What the `before` of a delete line holds: the row's filled cells."""
    return canonical_json({name: value for name, value in row.items() if value is not None})


def inserted_rows(lines: Iterable[ChangeLine]) -> dict[tuple[str, str, int], list[ChangeLine]]:
    """The lines of each new row, by `row_id`."""
    rows: dict[tuple[str, str, int], list[ChangeLine]] = {}
    for line in lines:
        if line.op == "insert":
            rows.setdefault(line.row_id, []).append(line)
    return rows


def inverse(lines: Iterable[ChangeLine], found: Mapping[int, str] | None = None) -> list[ChangeLine]:
    """The lines that take `lines` back, in the order in which they must be taken; each keeps the number of its origin.

    `found`: by number, what a cell or a removed row held exactly, where `before` does not say it all.
    """
    exact = found or {}
    lines = sorted(lines, key=lambda line: -line.seq)
    new = inserted_rows(reversed(lines))
    taken: list[ChangeLine] = []
    for line in lines:
        if line.op == "insert":
            cells = new.pop(line.row_id, None)
            if cells:
                whole = delete_text({cell.column or "": cell.after for cell in cells})
                taken.append(replace(line, op="delete", column=None, before=whole, after=None))
        elif line.op == "delete":
            row = json.loads(exact[line.seq]) if line.seq in exact else line.row
            taken += [
                replace(line, op="insert", column=name, before=None, after=value, part=line.seq)
                for name, value in sorted(row.items())
            ]
        elif line.op == "merge":
            taken.append(replace(line, before=line.after, after=None))
        elif line.column in KEY_COLUMNS[line.table]:
            rows = int(exact.get(line.seq, 0))
            taken.append(replace(line, key=moved_key(line), before=line.after, after=line.before, part=rows))
        else:
            taken.append(replace(line, before=line.after, after=exact.get(line.seq, line.before)))
    return taken


def moved_key(line: ChangeLine) -> str:
    """The key that a row has after an update of one of its key columns."""
    parts = key_parts(line.table, line.key) | {line.column or "": line.after or ""}
    return join_key(parts[column] for column in KEY_COLUMNS[line.table])
