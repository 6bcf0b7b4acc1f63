"""A case as a steward sees it: who and what it is about, compared field by field.

Nothing here looks at the register: what is shown is what the night in force holds, and whoever acts on it leaves a copy of
what they saw in the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, select

from regclean.accounts.permissions import User
from regclean.acts import hidden_from, visible_to
from regclean.domain.register import row_subject, subject_text
from regclean.findings import Edge, customers_of, edges_around
from regclean.findings.seen import AtHand, Look, last_seen_of, read_evidence
from regclean.ledger.tables import comments, decisions, findings
from regclean.review.case import diff
from regclean.review.case.fields import CUSTOMER_FIELDS, Field, raw_of
from regclean.review.case.results import Result, ShownField
from regclean.review.web.privacy import without_hidden

MOST_COLUMNS = 3  # more records than this are shown as a table, one row each


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A finding with the evidence that it rests on now and what people have said of it, oldest first.

    `records_of`: whose records are shown: the night's in force, those that were seen when somebody acted last, or none.
    """

    row: RowMapping
    payload: Mapping[str, Any]
    history: tuple[RowMapping, ...]
    comments: tuple[RowMapping, ...]
    edges: tuple[Edge, ...]  # decided pairs around its customers
    records_of: Literal["night", "seen", "none"] = "night"

    @property
    def kind(self) -> str:
        return str(self.row["kind"])

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(json.loads(self.row["subjects"]))

    @property
    def customers(self) -> tuple[str, ...]:
        return tuple(sorted(customers_of(self.row["subjects"])))

    @property
    def records(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.payload.get("records", {})
        return found

    @property
    def rule(self) -> Mapping[str, Any]:
        """What the rule said, by name."""
        found: Mapping[str, Any] = self.payload.get("rule", {})
        return found

    @property
    def proposal(self) -> list[dict[str, Any]]:
        return list(json.loads(self.row["proposal"])) if self.row["proposal"] else []

    @property
    def open_bills(self) -> list[str]:
        """Numbers of the bills that nobody has paid, of those who would be merged away or ended."""
        ends = any(change["column"] == "status" and change["after"] == "ended" for change in self.proposal)
        if self.kind != "duplicate" and not ends:
            return []
        going = (
            self.customers
            if self.kind == "duplicate"
            else {change["key"] for change in self.proposal if change["table"] == "customers"}
        )
        return [
            bill
            for number in sorted(going)
            for bill in self.records.get(subject_text("customers", number), {}).get("open_bills", ())
        ]

    @property
    def organisations(self) -> bool:
        """Is it about organisations alone? Those may be one legal entity with several accounts."""
        pairs = self.payload.get("pairs") or ()
        return bool(pairs) and all(pair["model"] == "organisation" for pair in pairs)

    def decided_among(self, customers: Sequence[str]) -> dict[tuple[str, str], str]:
        chosen = set(customers)
        return {edge.pair: edge.verdict for edge in self.edges if chosen >= set(edge.pair)}


def find(connection: Connection, user: User, finding_id: str, look: Look) -> OpenCase | None:
    """Open a case; None when there is none that this user may see."""
    row = find_row(connection, user, finding_id)
    if row is None:
        return None
    hidden = hidden_from(connection, user)
    evidence, records_of = whole_evidence(connection, row, look)
    payload = without_hidden(evidence, hidden)
    history = connection.execute(
        select(decisions).where(decisions.c.finding_id == finding_id).order_by(decisions.c.decision_id)
    )
    said = connection.execute(
        select(comments).where(comments.c.finding_id == finding_id).order_by(comments.c.comment_id)
    )
    edges = edges_around(connection, customers_of(row["subjects"])) if row["kind"] == "duplicate" else []
    edges = [edge for edge in edges if hidden.isdisjoint(edge.pair)]
    return OpenCase(row, payload, tuple(history.mappings()), tuple(said.mappings()), tuple(edges), records_of)


def find_row(connection: Connection, user: User, finding_id: str) -> RowMapping | None:
    """A finding without its evidence; None when there is none that this user may see."""
    query = select(findings).where(findings.c.finding_id == finding_id, visible_to(user))
    return connection.execute(query).mappings().first()


def whole_evidence(
    connection: Connection, row: RowMapping, look: Look
) -> tuple[dict[str, Any], Literal["night", "seen", "none"]]:
    """What the night found, with the records (`records`) of what it is about, and whose they are.

    Of what no night finds any more, and while no night can be read, they are those that somebody saw last.
    """
    found = said(connection, row)
    at_hand = look(json.loads(row["subjects"])) if row["present"] else AtHand()
    if at_hand.run_id is None and (seen := last_seen_of(connection, row["finding_id"])).get("records"):
        return {**found, "records": seen["records"]}, "seen"
    if not row["present"]:
        at_hand = look(json.loads(row["subjects"]))
    return with_records(found, row, at_hand), "none" if at_hand.run_id is None else "night"


def said(connection: Connection, row: RowMapping) -> dict[str, Any]:
    """What the night found, without records."""
    found: dict[str, Any] = json.loads(read_evidence(connection, row["finding_id"], row["evidence_digest"]))
    return found


def with_records(found: Mapping[str, Any], row: RowMapping, at_hand: AtHand) -> dict[str, Any]:
    """Evidence with those of the records at hand that its finding is about."""
    about = dict.fromkeys(row_subject(subject) for subject in json.loads(row["subjects"]))
    records = {subject: json.loads(at_hand.records[subject]) for subject in about if subject in at_hand.records}
    return {**found, "records": records}


@dataclass(frozen=True, slots=True)
class Column:
    """One record, as a column (or a row of the table). `number` is its key, from 1."""

    number: int
    customer_no: str
    name: str
    file: str | None
    row: int | None
    source: str | None
    updated_on: str | None
    ended: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one record: as landed, in pieces, and as standardised where that says something else."""

    customer_no: str
    raw: str | None
    clean: str | None
    pieces: tuple[diff.Piece, ...]
    likeness: diff.Likeness | None  # against the first record that has a value; None for that one itself
    state: str | None
    says_more: bool


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of all the records. `likeness` is the worst among them; missing values count for nothing."""

    field: Field
    cells: tuple[Cell, ...]
    likeness: diff.Likeness
    result: ShownField | None

    @property
    def differs(self) -> bool:
        return self.likeness in ("close", "different")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Records side by side. `missing`: fields that no record has."""

    columns: tuple[Column, ...]
    rows: tuple[FieldRow, ...]
    missing: tuple[Field, ...]
    result: Result | None

    @property
    def as_table(self) -> bool:
        return len(self.columns) > MOST_COLUMNS

    @property
    def differing(self) -> tuple[FieldRow, ...]:
        """The fields in which the records differ, the name first, and those that a person has chosen of."""
        return tuple(
            row for row in self.rows if row.field.name == "name" or row.differs or (row.result and row.result.own)
        )


def compare(case: OpenCase, result: Result | None = None) -> Comparison:
    """The customers of a case side by side, in the order in which they survive; `result`: what merging them gives."""
    numbers = [number for number in case.customers if subject_text("customers", number) in case.records]
    place = {number: index for index, number in enumerate(result.ranked if result else ())}
    numbers.sort(key=lambda number: (place.get(number, len(place)), len(number), number))
    records = {number: case.records[subject_text("customers", number)] for number in numbers}
    columns = tuple(_column(index, number, records[number]) for index, number in enumerate(numbers, start=1))
    rows, missing = [], []
    for field in CUSTOMER_FIELDS:
        row = _field_row(field, records, result.fields.get(field.name) if result else None)
        if row is None:
            missing.append(field)
        else:
            rows.append(row)
    return Comparison(columns, tuple(rows), tuple(missing), result)


def clean_of(field: Field, record: Mapping[str, Any]) -> str | None:
    """A value as it was standardised. A national id is masked in both."""
    clean = record.get("clean") or {}
    value = clean.get("national_id_masked" if field.name == "national_id" else field.name)
    return str(value) if value not in (None, "") else None


def _column(index: int, number: str, record: Mapping[str, Any]) -> Column:
    clean, source = record.get("clean") or {}, record.get("source") or {}
    return Column(
        number=index,
        customer_no=number,
        name=clean.get("name") or number,
        file=source.get("file"),
        row=source.get("row"),
        source=clean.get("contact_source"),
        updated_on=clean.get("updated_on") or clean.get("created_on"),
        ended=clean.get("status") == "ended",
    )


def _field_row(field: Field, records: Mapping[str, Mapping[str, Any]], result: ShownField | None) -> FieldRow | None:
    raws = {number: raw_of(field, record) for number, record in records.items()}
    cleans = {number: clean_of(field, record) for number, record in records.items()}
    if not any(raws.values()) and not any(cleans.values()):
        return None
    base = next(number for number in records if raws[number] or cleans[number])
    cells = tuple(
        _cell(field, number, raws, cleans, base, (records[number].get("clean") or {}).get(f"{field.name}_state"))
        for number in records
    )
    told = [cell.likeness for cell in cells if cell.likeness in ("equal", "close", "different")]
    order: tuple[diff.Likeness, ...] = ("different", "close", "equal")
    worst: diff.Likeness = next((likeness for likeness in order if likeness in told), "missing")
    if field.told_only:
        worst = "equal"
    return FieldRow(field, cells, worst, result)


def _cell(
    field: Field,
    number: str,
    raws: Mapping[str, str | None],
    cleans: Mapping[str, str | None],
    base: str,
    state: str | None,
) -> Cell:
    raw, clean = raws[number], cleans[number]
    likeness = (
        None
        if number == base or field.told_only
        else diff.likeness(_compared(raw, clean), _compared(raws[base], cleans[base]))
    )
    shown = raw or clean or ""
    pieces: tuple[diff.Piece, ...] = (diff.Piece(shown, False),) if shown else ()
    if likeness in ("close", "different") and shown and not field.words:
        # What is equal once standardised is not marked as written differently.
        pieces = diff.marks(*_like(raw, clean, raws[base], cleans[base]))[0]
    elif number == base and not field.words and not field.told_only:
        pieces = _base_pieces(number, raws, cleans) or pieces
    if field.name == "national_id":
        pieces = tuple(diff.Piece(piece.text, False) for piece in pieces)
    return Cell(number, raw, clean, pieces, likeness, state, says_more=bool(raw and clean and raw != clean))


def _base_pieces(
    base: str, raws: Mapping[str, str | None], cleans: Mapping[str, str | None]
) -> tuple[diff.Piece, ...] | None:
    """The first record's value is marked where the first other one differs that is close to it."""
    for number in raws:
        if number != base and diff.likeness(
            _compared(raws[number], cleans[number]), _compared(raws[base], cleans[base])
        ) in (
            "close",
            "different",
        ):
            return diff.marks(*_like(raws[base], cleans[base], raws[number], cleans[number]))[0]
    return None


def _compared(raw: str | None, clean: str | None) -> str | None:
    return clean or raw


def _like(raw: str | None, clean: str | None, other_raw: str | None, other_clean: str | None) -> tuple[str, str]:
    """The two texts to mark: as landed."""
    return raw or clean or "", other_raw or other_clean or ""
