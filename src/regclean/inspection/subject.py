"""One subject as a page: as it was landed and as it was read, what it is linked to, what was found, decided and changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlalchemy import Connection, or_, select

from regclean.domain.register import TABLES, Subject, row_subject, subject_text
from regclean.errors import NotFoundError, UsageError
from regclean.findings import subject_records
from regclean.inspection.hidden import PACKAGE
from regclean.ledger import Ledger
from regclean.ledger.tables import batch_changes, batches, decisions, finding_subjects, findings, pair_decisions
from regclean.sealing import masked
from regclean.warehouse import load_sql

LINKS = {
    "customers": ("link_pairs", "link_lines"),
    "bin_group_members": ("link_candidates",),
    "bin_groups": ("link_members",),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading over a table."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """A subject (`table:key`), where its row stands, and its sections; those without lines are left out."""

    subject: str
    file: str | None
    row: int | None
    sections: tuple[Section, ...]

    @property
    def source(self) -> str | None:
        """The place in one text, as messages write it."""
        return f"{self.file}, row {self.row}" if self.file else None

    @property
    def data(self) -> dict[str, Any]:
        """For programs: section -> its lines as objects."""
        told = {one.title: [dict(zip(one.columns, line, strict=True)) for line in one.lines] for one in self.sections}
        return {"subject": self.subject, "source": self.source, **told}


def look_up(
    connection: duckdb.DuckDBPyConnection, ledger: Ledger, subject: str, *, hidden: Collection[str]
) -> SubjectPage:
    """Everything that the night in force (`connection`) and the ledger know of `table:key`, or of a customer's number.

    `hidden`: subjects (`table:key`) that, with what would tell of them, are as if they were not there. Errors: NotFoundError
    for a subject that is not there, UsageError for a table that no register has.
    """
    about = _subject(subject)
    wanted = str(about)
    record = subject_records(connection, [wanted]).get(wanted)
    if record is None or wanted in hidden:
        raise NotFoundError(f"the night in force shows no {wanted}.", remedy="Write TABLE:KEY, or a customer's number.")
    data: dict[str, Any] = json.loads(record)
    sections = [_values(data), *_parts(data, hidden), *_links(connection, about, hidden)]
    with ledger.read() as reading:
        sections += _history(reading, about, hidden)
    source = data.get("source") or {}
    shown = tuple(section for section in sections if section.lines)
    return SubjectPage(wanted, source.get("file"), source.get("row"), shown)


def _subject(text: str) -> Subject:
    """A subject's row; a text that names no table is a customer's number."""
    found = Subject.parse(text.strip()).row
    if not found.key:
        return Subject("customers", found.table)
    if found.table not in TABLES:
        raise UsageError(f"'{text}' is no subject.", remedy=f"Tables: {', '.join(TABLES)}.")
    return found


def _values(data: Mapping[str, Any]) -> Section:
    raw, clean = data.get("raw") or {}, data.get("clean") or {}
    names = list(dict.fromkeys([*raw, *clean]))
    return Section(
        "values", ("column", "landed", "read as"), tuple((n, _text(raw.get(n)), _text(clean.get(n))) for n in names)
    )


def _parts(data: Mapping[str, Any], hidden: Collection[str]) -> list[Section]:
    """What hangs on the row: its services, roles, signals and so on, each list with the columns that its items have."""
    sections = []
    for name, items in data.items():
        if name in ("source", "raw", "clean") or not isinstance(items, list):
            continue
        objects = [item for item in items if isinstance(item, dict) and not _tells(item, hidden)]
        columns = tuple(dict.fromkeys(column for item in objects for column in item))
        lines = tuple(tuple(_text(item.get(column)) for column in columns) for item in objects)
        sections.append(Section(name, columns, lines))
    return sections


def _tells(item: Mapping[str, Any], hidden: Collection[str]) -> bool:
    return any("customer" in name and subject_text("customers", value) in hidden for name, value in item.items())


def _links(connection: duckdb.DuckDBPyConnection, subject: Subject, hidden: Collection[str]) -> list[Section]:
    sections = []
    for query in LINKS.get(subject.table, ()):
        found = connection.execute(load_sql(query, PACKAGE), {"key": subject.key})
        columns = tuple(str(one[0]) for one in found.description or ())
        lines = [tuple(line) for line in found.fetchall()]
        shown = tuple(line for line in lines if not _tells(dict(zip(columns, line, strict=True)), hidden))
        sections.append(Section(query.replace("_", " "), columns, shown))
    return sections


def _history(reading: Connection, subject: Subject, hidden: Collection[str]) -> list[Section]:
    """What the ledger holds of a subject; a finding that touches somebody hidden is left out whole."""
    about, row = finding_subjects.c.subject, str(subject)
    its = select(finding_subjects.c.finding_id).where(
        or_(about == row, about.startswith(subject_text(row, ""), autoescape=True))
    )
    query = select(findings).where(findings.c.finding_id.in_(its)).order_by(findings.c.opened_at, findings.c.finding_id)
    found = [
        row
        for row in reading.execute(query).mappings()
        if not hidden or not (row["protected"] or set(map(row_subject, json.loads(row["subjects"]))) & set(hidden))
    ]
    ids = [row["finding_id"] for row in found]
    return [
        Section(
            "findings",
            ("finding", "rule", "state", "present", "since", "says"),
            tuple(
                (r["finding_id"], r["rule"], r["state"], _text(r["present"]), _day(r["state_since"]), r["summary"])
                for r in found
            ),
        ),
        _decisions(reading, ids, {row["decision_id"] for row in found if row["state"] == "open"}),
        _pair_decisions(reading, subject, hidden),
        _batches(reading, ids),
    ]


def _decisions(reading: Connection, ids: Sequence[str], asked_again: Collection[int]) -> Section:
    query = select(decisions).where(decisions.c.finding_id.in_(ids)).order_by(decisions.c.decision_id)
    lines = []
    for row in reading.execute(query).mappings():
        ended = "undone" if row["undone_at"] else "replaced" if row["superseded_by"] else None
        ended = ended or ("asked again" if row["decision_id"] in asked_again else None)
        lines.append(
            (
                row["decision_id"],
                row["finding_id"],
                row["verdict"],
                row["user"],
                _day(row["decided_at"]),
                row["reason"],
                ended,
            )
        )
    return Section("decisions", ("decision", "finding", "verdict", "user", "on", "reason", "ended"), tuple(lines))


def _pair_decisions(reading: Connection, subject: Subject, hidden: Collection[str]) -> Section:
    """What is decided of a customer and each other one, and whether it holds."""
    number, lines = subject.customer, []
    if number is not None:
        sides = (pair_decisions.c.customer_no_l, pair_decisions.c.customer_no_r)
        query = (
            select(pair_decisions)
            .where(or_(*(side == number for side in sides)))
            .order_by(pair_decisions.c.decision_id)
        )
        for row in reading.execute(query).mappings():
            other = row["customer_no_r"] if row["customer_no_l"] == number else row["customer_no_l"]
            standing = "lapsed" if row["current"] and row["lapsed"] else "holds" if row["current"] else "over"
            if subject_text("customers", other) not in hidden:
                lines.append((row["decision_id"], other, row["verdict"], standing))
    return Section("decided pairs", ("decision", "customer", "verdict", "standing"), tuple(lines))


def _batches(reading: Connection, ids: Sequence[str]) -> Section:
    query = (
        select(batch_changes, batches.c.state.label("batch_state"))
        .join(batches, batches.c.batch_id == batch_changes.c.batch_id)
        .where(batch_changes.c.finding_id.in_(ids))
        .order_by(batch_changes.c.batch_id, batch_changes.c.seq)
    )
    names = ("batch_id", "batch_state", "seq", "op", "table", "key", "column", "before", "after", "state")
    lines = tuple(tuple(_text(row[name]) for name in names) for row in reading.execute(query).mappings())
    return Section(
        "batches", ("batch", "batch is", "line", "op", "table", "key", "column", "before", "after", "line is"), lines
    )


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return masked(value)
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _day(moment: Any) -> str:
    return f"{moment:%Y-%m-%d}"
