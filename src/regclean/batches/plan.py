"""What one accepted finding changes in the register, line by line; or why it changes nothing now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from regclean.batches.accepted import Accepted, LeftOut, Planned, Why
from regclean.batches.extract import Extract
from regclean.batches.merging import merge
from regclean.batches.sharing import share_out
from regclean.domain.register import CUSTOMER_COLUMNS, REPEATABLE, TABLES, group_of, key_parts, line_key, member_of
from regclean.register import delete_text
from regclean.standardise import clean_key


@dataclass(slots=True)
class Numbers:
    """Hands out numbers for what is new: the next one, or a placeholder that the register will number itself."""

    extract: Extract
    placeholders: bool
    taken: set[str] = field(default_factory=set)

    def customer(self, placeholder: str) -> str:
        if self.placeholders:
            return placeholder
        highest, width = self.extract.highest_number()
        highest = max([highest, *(int(number) for number in self.taken if number.isdigit())])
        number = str(highest + 1).zfill(width)
        self.taken.add(number)
        return number

    def member(self, group: str) -> str:
        used = [member_of(found.key) for found in self.extract.members(group)]
        used += [member_of(key) for key in self.taken if group_of(key) == group]
        highest = max((int(number) for number in used if number.isdigit()), default=len(used))
        self.taken.add(line_key(group, str(highest + 1)))
        return str(highest + 1)


def plan(finding: Accepted, extract: Extract, settings: Mapping[str, Any], numbers: Numbers) -> list[Planned]:
    """The lines of one finding. Errors: LeftOut."""
    if finding.kind == "duplicate":
        lines = merge(finding, extract, settings)
    else:
        lines = _proposed(finding, extract, numbers)
        lines += share_out(lines, extract)
    lines = [line for line in lines if line.op != "update" or line.before != line.after]
    if not lines:
        raise LeftOut("nothing", "nothing to change")
    _check(lines, extract)
    _ask_for_bills(finding, lines, extract)
    return lines


def _ask_for_bills(finding: Accepted, lines: Sequence[Planned], extract: Extract) -> None:
    """Nobody is merged away or ended over an open bill unasked. Errors: LeftOut."""
    going = {line.key for line in lines if line.op == "merge"} | _ended(lines, extract)
    said = finding.choices.get("open_bills")
    for customer in sorted(going & extract.open_bills.keys()):
        bills = f"customer {customer} has open bills ({', '.join(extract.open_bills[customer])})"
        if said is None:
            raise LeftOut(
                "open_bills", f"{bills}: the decision must say what becomes of them (open_bills: stay, move or settle)"
            )
        if said == "settle":
            raise LeftOut("open_bills", f"{bills}, which are to be settled first")


def _proposed(finding: Accepted, extract: Extract, numbers: Numbers) -> list[Planned]:
    chosen = dict(finding.choices.get("fields") or {})
    renamed: dict[str, str] = {}
    lines: list[Planned] = []
    for change in finding.proposal:
        table, key, column = change["table"], change["key"], change["column"]
        after = change["after"]
        why: Why = {"rule": finding.rule}
        if column in chosen and change["op"] != "delete":
            after, why = chosen.pop(column), {"rule": "chosen", "by": finding.user}
        if change["op"] == "update":
            after = renamed.get(after, after) if after else after
            lines.append(_update(extract, table, key, column, after, why))
        elif change["op"] == "insert":
            lines += _new_cell(extract, table, key, column, after, why, renamed, numbers)
        elif change["op"] == "delete":
            lines += _removal(extract, table, key, why)
    for column, value in sorted(chosen.items()):
        table, key = _place(finding, column)
        lines.append(_update(extract, table, key, column, value, {"rule": "chosen", "by": finding.user}))
    return lines


def _update(extract: Extract, table: str, key: str, column: str, after: str | None, why: Why) -> Planned:
    rows = extract.all(table, key)
    if not rows:
        raise LeftOut("gone", f"{table} {key} is not in the register any more")
    row = rows[-1]
    if table in REPEATABLE:  # of several periods, the one that is still open
        row = next((one for one in reversed(rows) if one.row.get(column) is None), row)
    if not row.numbered:
        raise LeftOut("unnumbered", f"{table} {key} has no number in the register by which it could be changed")
    return Planned("update", table, key, column, row.row.get(column), extract.written(table, column, after), why)


def _new_cell(
    extract: Extract,
    table: str,
    key: str,
    column: str,
    after: str | None,
    why: Why,
    renamed: dict[str, str],
    numbers: Numbers,
) -> list[Planned]:
    """A cell of a new row; with the row's first cell come those of its key."""
    lines: list[Planned] = []
    if key not in renamed:
        if table == "customers":
            renamed[key] = numbers.customer(key)
            keys = {"customer_no": renamed[key]}
        elif table == "bin_group_members":
            group = group_of(key)
            keys = {"bin_group_no": group, "member_no": numbers.member(group)}
            renamed[key] = line_key(group, keys["member_no"])
        else:
            renamed[key], keys = key, key_parts(table, key)
        lines = [Planned("insert", table, renamed[key], name, None, value, why) for name, value in keys.items()]
    if after is not None and column not in {line.column for line in lines}:
        written = extract.written(table, column, renamed.get(after, after))
        lines.append(Planned("insert", table, renamed[key], column, None, written, why))
    return lines


def _removal(extract: Extract, table: str, key: str, why: Why) -> list[Planned]:
    rows = extract.all(table, key)
    if not rows:
        raise LeftOut("gone", f"{table} {key} is not in the register any more")
    if table not in ("bin_group_members", "site_roles"):
        raise LeftOut("kept", f"rows of {table} are ended, never removed")
    if not all(row.numbered for row in rows):
        raise LeftOut("unnumbered", f"{table} {key} has no number in the register by which it could be changed")
    return [Planned("delete", table, key, None, delete_text(row.row), None, why) for row in rows]


def _place(finding: Accepted, column: str) -> tuple[str, str]:
    """The row of the finding that a column chosen by the steward belongs to."""
    for table, keys in sorted(finding.keys.items(), key=lambda item: item[0] != "customers"):
        if column in TABLES[table].by_name and len(keys) == 1:
            return table, next(iter(keys))
    raise LeftOut("unclear", f"it is not clear which row the chosen {column} belongs to")


def _check(lines: Sequence[Planned], extract: Extract) -> None:
    """What must not come out of a finding, whatever was proposed. Errors: LeftOut."""
    new = {line.key for line in lines if line.op == "insert" and line.table == "customers"}
    merged = {line.key for line in lines if line.op == "merge"}
    for line in lines:
        if line.column is not None and not TABLES[line.table].by_name[line.column].exported:
            raise LeftOut("history", f"{line.table}.{line.column} tells what was seen, which no batch rewrites")
        if line.column in CUSTOMER_COLUMNS.get(line.table, ()) and line.after is not None:
            number = clean_key(line.after) or ""
            if number not in new and extract.get("customers", number) is None:
                raise LeftOut("unknown", f"customer {number} is not in the register")
    moved = {line.cell for line in lines}
    removed = {(line.table, line.key) for line in lines if line.op == "delete"}
    for customer in sorted(merged | _ended(lines, extract)):
        for table, key, column in hanging_on(extract, customer):
            if (table, key, column) not in moved and (table, key) not in removed and not _ends(lines, table, key):
                raise LeftOut("orphans", f"{table} {key} would be left without an active customer")


def _ended(lines: Iterable[Planned], extract: Extract) -> set[str]:
    ended = extract.written("customers", "status", "ended")
    return {
        line.key
        for line in lines
        if line.table == "customers" and line.column == "status" and line.after == ended and line.op == "update"
    }


def _ends(lines: Iterable[Planned], table: str, key: str) -> bool:
    return any((line.table, line.key, line.column) == (table, key, "end_on") and line.after for line in lines)


def hanging_on(extract: Extract, customer: str) -> list[tuple[str, str, str]]:
    """(table, key, column) of what an active customer must stand behind: what has not ended."""
    return [
        (table, found.key, column)
        for table in ("services", "bin_groups")
        for column in CUSTOMER_COLUMNS[table]
        for found in extract.naming(table, column, customer)
        if found.row.get("end_on") is None
    ]


def read_proposal(text: str | None) -> tuple[Mapping[str, Any], ...]:
    """A proposal as it is kept in the ledger."""
    return tuple(
        {name: change.get(name) for name in ("op", "table", "key", "column", "before", "after")}
        for change in json.loads(text or "null") or ()
    )
