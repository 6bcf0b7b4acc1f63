"""A merge, line by line: the survivor's values, what moves to it, and the losers, which end with a pointer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from regclean import survivorship
from regclean.batches.accepted import Accepted, LeftOut, Planned
from regclean.batches.extract import Extract, Found
from regclean.batches.sharing import added_share
from regclean.domain.register import CUSTOMER_COLUMNS, join_key, key_parts
from regclean.register import delete_text
from regclean.standardise import clean_key
from regclean.survivorship import Choices

BILLS = ("invoice", "payment")  # evidence that follows the account; the rest stays history of the old number
_MOVED = {"rule": "merge"}


def merge(finding: Accepted, extract: Extract, settings: Mapping[str, Any]) -> list[Planned]:
    """Every line of merging the customers of a finding. Errors: LeftOut."""
    choices = Choices.read(finding.choices)
    result = merged(finding.customers, choices, extract, settings)
    chosen = {"rule": "chosen" if choices.survivor else "proposed"}
    lines = [Planned("merge", "customers", loser, None, None, result.survivor, chosen) for loser in result.losers]
    lines += [_cell(result.survivor, cell, finding.user) for cell in sorted(result.changes, key=lambda c: c.column)]
    mover = _Mover(extract, result.survivor)
    for loser in result.losers:
        lines += mover.move(loser)
        lines += _end(extract, loser)
    return lines


def merged(
    customers: Iterable[str], choices: Choices, extract: Extract, settings: Mapping[str, Any]
) -> survivorship.Answer:
    """What merging these customers gives, but for those that are left out. Errors: LeftOut."""
    records = [_record(extract, number) for number in sorted(set(customers) - choices.leave_out)]
    if choices.survivor and choices.survivor not in {record.customer_no for record in records}:
        raise LeftOut("survivor", f"the chosen survivor {choices.survivor} is not among the customers to be merged")
    return survivorship.answer(records, settings, choices, partial(extract.written, "customers"))


def _record(extract: Extract, number: str) -> survivorship.Record:
    found = extract.get("customers", number)
    if found is None or number not in extract.clean:
        raise LeftOut("gone", f"customers {number} is not in the register any more")
    return survivorship.Record(number, found.row, extract.clean[number])


def _cell(survivor: str, cell: survivorship.Cell, user: str) -> Planned:
    why = {"rule": cell.rule}
    if cell.rule in ("chosen", "cleared"):
        why["by"] = user
    elif cell.source:
        why["from"] = cell.source
    return Planned("update", "customers", survivor, cell.column, cell.before, cell.after, why)


def _end(extract: Extract, loser: str) -> list[Planned]:
    found = extract.get("customers", loser)
    if found is None or extract.clean[loser].get("status") == "ended":
        return []
    ended = extract.written("customers", "status", "ended")
    return [Planned("update", "customers", loser, "status", found.row.get("status"), ended, _MOVED)]


class _Mover:
    """Moves what hangs on losers to one survivor, and sees where the survivor has it already."""

    def __init__(self, extract: Extract, survivor: str) -> None:
        self._extract = extract
        self._survivor = survivor
        survivor_row = extract.get("customers", survivor)
        self._number = survivor_row.row.get("customer_no") if survivor_row else survivor
        self._roles = {tuple(key_parts("site_roles", found.key).items())[1:] for found in self._own("site_roles")}
        self._members = {found.key: found for found in self._own("bin_group_members")}

    def _own(self, table: str) -> list[Found]:
        return self._extract.naming(table, CUSTOMER_COLUMNS[table][0], self._survivor)

    def move(self, loser: str) -> list[Planned]:
        lines: list[Planned] = []
        for table in ("services", "bin_groups"):
            for column in CUSTOMER_COLUMNS[table]:
                lines += [self._moved(found, column) for found in self._extract.naming(table, column, loser)]
        lines += self._move_roles(loser)
        for found in self._extract.naming("bin_group_members", "customer_no", loser):
            lines += self._move_member(found)
        bills = [f for f in self._extract.naming("evidence", "customer_no", loser) if _signal(f) in BILLS]
        lines += [self._moved(found, "customer_no") for found in {found.key: found for found in bills}.values()]
        return lines

    def _moved(self, found: Found, column: str) -> Planned:
        if not found.numbered:
            raise LeftOut("unnumbered", f"{found.table} {found.key} has no number in the register")
        return Planned("update", found.table, found.key, column, found.row.get(column), self._number, _MOVED)

    def _move_roles(self, loser: str) -> list[Planned]:
        """A role that the survivor has already is not given twice: the loser's goes, its days widen the survivor's."""
        lines: list[Planned] = []
        for key in sorted({found.key for found in self._extract.naming("site_roles", "customer_no", loser)}):
            rows = self._extract.all("site_roles", key)
            place = tuple(key_parts("site_roles", key).items())[1:]
            if place not in self._roles:
                self._roles.add(place)
                lines.append(self._moved(rows[0], "customer_no"))
                continue
            lines += [Planned("delete", "site_roles", key, None, delete_text(row.row), None, _MOVED) for row in rows]
            lines += self._reopened(key, rows)
        return lines

    def _reopened(self, key: str, rows: Sequence[Found]) -> list[Planned]:
        """The loser's role still runs, the survivor's has ended: it runs on."""
        own_key = join_key(list((key_parts("site_roles", key) | {"customer_no": self._survivor}).values()))
        own = self._extract.all("site_roles", own_key)
        if len(own) == 1 and own[0].row.get("end_on") and any(row.row.get("end_on") is None for row in rows):
            return [Planned("update", "site_roles", own_key, "end_on", own[0].row.get("end_on"), None, _MOVED)]
        return []

    def _move_member(self, found: Found) -> list[Planned]:
        """One line of a list stays for one customer, with both shares; lines for different sites both stay."""
        twin = next((own for own in self._members.values() if _one_membership(own, found)), None)
        if twin is None:
            self._members[found.key] = found
            return [self._moved(found, "customer_no")]
        if not found.numbered or not twin.numbered:
            raise LeftOut("unnumbered", f"{found.table} {found.key} has no number in the register")
        removed = Planned("delete", found.table, found.key, None, delete_text(found.row), None, _MOVED)
        return [removed, *added_share(self._extract, twin, found, _MOVED)]


def _signal(found: Found) -> str:
    return key_parts("evidence", found.key)["signal"]


def _one_membership(own: Found, other: Found) -> bool:
    group = clean_key(own.row.get("bin_group_no")) == clean_key(other.row.get("bin_group_no"))
    sites = {clean_key(found.row.get("site_no")) for found in (own, other)} - {None}
    running = own.row.get("end_on") is None and other.row.get("end_on") is None
    return group and len(sites) < 2 and running and own.key != other.key
