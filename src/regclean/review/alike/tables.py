"""A group as a table: of each finding only what differs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from regclean.accounts.permissions import User
from regclean.acts import hidden_from
from regclean.domain.register import Subject
from regclean.findings.seen import AtHand, Look
from regclean.review.case.cases import OpenCase, compare, with_records
from regclean.review.web.privacy import without_hidden, without_hidden_numbers
from regclean.sealing import shown

MOST_CELLS = 6  # of one finding; more are for its own page
SURE = ("equal", "missing")


@dataclass(frozen=True, slots=True)
class DifferingCell:
    """A cell that would change, from `before` to `after`; of a pair what the first and the second record hold."""

    label: str  # of a field
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class AlikeRow:
    """One finding of the table. `more`: cells that are left to its own page."""

    finding_id: str
    version: int
    label: str
    about: str
    summary: str
    score: float | None
    cells: tuple[DifferingCell, ...]
    more: int


def table_of(connection: Connection, user: User, found: Sequence[RowMapping], look: Look) -> list[AlikeRow]:
    """The rows of a page."""
    hidden = hidden_from(connection, user)
    pairs = [subject for row in found if row["kind"] == "duplicate" for subject in json.loads(row["subjects"])]
    at_hand = look(pairs) if pairs else AtHand()
    rows = []
    for row in found:
        if row["kind"] == "duplicate":
            payload = without_hidden(with_records({}, row, at_hand), hidden)
            cells = _pair(OpenCase(row, payload, (), (), ()))
        else:
            cells = _changes(row["proposal"] or "[]")
        label = row["label"] or row["finding_id"]
        about = Subject.parse(row["case_key"]).key if row["kind"] != "duplicate" else ""
        rows.append(
            AlikeRow(
                finding_id=row["finding_id"],
                version=row["version"],
                label=label,
                about=about if about != label else "",
                summary=without_hidden_numbers(row["summary"], hidden),
                score=row["score"],
                cells=cells[:MOST_CELLS],
                more=max(len(cells) - MOST_CELLS, 0),
            )
        )
    return rows


def _pair(case: OpenCase) -> tuple[DifferingCell, ...]:
    return tuple(
        DifferingCell(row.field.name, row.cells[0].raw or row.cells[0].clean, row.cells[-1].raw or row.cells[-1].clean)
        for row in compare(case).rows
        if not row.field.told_only and row.likeness not in SURE
    )


def _changes(proposal: str) -> tuple[DifferingCell, ...]:
    changes = (one for one in json.loads(proposal) if one["before"] != one["after"] and one["column"])
    return tuple(DifferingCell(one["column"], _plain(one["before"]), _plain(one["after"])) for one in changes)


def _plain(value: str | None) -> str | None:
    return None if value is None else shown(value)
