"""The result of a merge as the page shows it: the batch builder's own answer, on the night in force.

Law: what is shown is what is written. A decision records the answer that was shown, and is not taken when what it
would write is not what the person saw.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from regclean import batches
from regclean.batches import Preview
from regclean.domain.findings import digest
from regclean.domain.register import CUSTOMER_COLUMNS
from regclean.errors import InputError, UnavailableError
from regclean.ledger.runs import Run
from regclean.review.case.fields import CUSTOMER_FIELDS, Field, raw_of
from regclean.review.web.i18n import N_
from regclean.review.web.services import Services
from regclean.standardise import strike_out_ids
from regclean.survivorship import Choices

WHY = {
    "all_equal": N_("all alike"),
    "only_one": N_("the only one there is"),
    "chosen": N_("the steward's choice"),
    "cleared": N_("cleared by the steward"),
    "protection": N_("protection is inherited"),
    "living": N_("an active customer was merged"),
    "missing": N_("the kept record lacks it"),
    "survivor": N_("the kept record's"),
    "valid": N_("the valid one"),
    "self_reported": N_("told by the customer"),
    "newest": N_("the newest"),
    "most_complete": N_("the most complete"),
}
MOVES = {
    "moved": N_("moves to the one that stays"),
    "removed": N_("goes, the one that stays has it"),
    "changed": N_("changes"),
}
# Why no batch could take a merge now, by the builder's codes.
PROBLEMS = {
    "gone": N_("one of the records is not in the register any more"),
    "unnumbered": N_("a row that would move has no number in the register"),
    "orphans": N_("a service or a shared bin would be left without an active customer"),
    "unknown": N_("a row names a customer that is not in the register"),
    "nothing": N_("nothing would change"),
}
TYPED, CLEARED = "typed", "clear"


@dataclass(frozen=True, slots=True)
class ShownField:
    """The result of one field. `picked`: what stands chosen, a customer number, "typed" or "clear"; `own`: by a person."""

    text: str | None
    source: str | None
    picked: str | None
    own: bool
    why: str
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """One column of the survivor that the batch would write. National ids are masked."""

    column: str
    before: str | None
    after: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows of a table that a merge touches. `what`: moved, removed (the survivor has it already) or changed."""

    table: str
    what: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """`digest` names exactly what would be written; `problem`: a key of PROBLEMS, why nothing could be now."""

    choices: Choices
    ranked: tuple[str, ...]
    survivor: str | None
    losers: tuple[str, ...]
    fields: Mapping[str, ShownField]
    written: tuple[Written, ...]
    moved: tuple[Moved, ...]
    digest: str
    problem: str | None
    recorded: dict[str, Any]


def result(service: Services, customers: Collection[str], choices: Choices) -> Result | None:
    """What merging these customers would write; None where no night stands to say it."""
    return next(iter(results(service, [(customers, choices)])), None)


def results(service: Services, merges: Iterable[tuple[Collection[str], Choices]]) -> list[Result]:
    """The result of each merge of two customers or more; none where no night stands to say them."""
    asked = {
        ("merge", tuple(customers), digest(choices.kept())): (customers, choices)
        for customers, choices in merges
        if len(customers) > 1
    }

    def find(last: Run, connection: duckdb.DuckDBPyConnection, keys: list[Any]) -> dict[Any, Result]:
        those = [asked[key] for key in keys]
        found = batches.previews(connection, service.workspace.config, those, as_of=last.as_of)
        return {key: _shown(one, choices) for key, one, (_, choices) in zip(keys, found, those, strict=True)}

    try:
        return list(service.night.found(asked, find).values()) if asked else []
    except (InputError, UnavailableError, duckdb.Error):  # its file is gone or damaged, or an older version made it
        return []


def read_form(customers: Collection[str], form: Mapping[str, str]) -> Choices:
    """The choices of a posted case. A field counts as chosen when it is not what the page proposed."""
    left_out = frozenset(number for number in customers if form.get(f"leave_out.{number}"))
    stay = set(customers) - left_out
    survivor = form.get("survivor")
    sources: dict[str, str] = {}
    values: dict[str, str | None] = {}
    for name in (field.name for field in CUSTOMER_FIELDS if field.choosable):
        given, typed = form.get(f"field.{name}", ""), form.get(f"typed.{name}", "").strip()
        if given == CLEARED:
            values[name] = None
        elif given == TYPED and typed:
            values[name] = typed
        elif given in stay and (form.get(f"own.{name}") or given != form.get(f"shown.{name}")):
            sources[name] = given
    return Choices(survivor if survivor in stay else None, left_out, sources, values)


def _shown(found: Preview, choices: Choices) -> Result:
    answer = found.answer
    if answer is None:
        return Result(choices, found.ranked, None, (), {}, (), (), "", found.left_out, choices.kept())
    masks = {record.customer_no: record.clean["national_id_masked"] for record in answer.records}
    cells = {cell.column: cell for cell in answer.cells}

    def said(column: str, value: str | None, customer_no: str | None) -> str | None:
        if value is not None and column == "national_id":
            return masks.get(customer_no or "") or "***"
        return None if value is None else strike_out_ids(value)

    after = {column: said(column, cell.after, cell.source) for column, cell in cells.items()}
    fields = {}
    for field in CUSTOMER_FIELDS:
        cell = next((cells[column] for column in field.columns if column in cells), None)
        if cell is not None:
            fields[field.name] = _field(field, after, cell.source, cell.rule, choices)
    written = tuple(
        Written(cell.column, said(cell.column, cell.before, answer.survivor), after[cell.column], cell.rule)
        for cell in answer.changes
    )
    # Exact values, though they are not all shown: what is confirmed is this, and nothing else.
    exact = digest([[line.op, *line.cell, line.before, line.after] for line in found.lines])
    return Result(
        choices,
        found.ranked,
        answer.survivor,
        answer.losers,
        fields,
        written,
        _moved(found, answer.survivor),
        exact,
        found.left_out,
        answer.recorded(choices).kept(),
    )


def _field(
    field: Field, after: Mapping[str, str | None], source: str | None, rule: str, choices: Choices
) -> ShownField:
    text = raw_of(field, {"raw": after})
    if field.name in choices.values:
        value = choices.values[field.name]
        return ShownField(text, None, TYPED if value else CLEARED, own=True, why=rule, typed=value or "")
    own = field.name in choices.sources
    return ShownField(text, source, choices.sources.get(field.name, source), own, "chosen" if own else rule)


def _moved(found: Preview, survivor: str) -> tuple[Moved, ...]:
    rows: dict[tuple[str, str], dict[str, None]] = {}
    for line in found.lines:
        if line.table == "customers":
            continue
        moves = line.column in CUSTOMER_COLUMNS.get(line.table, ())
        what = "removed" if line.op == "delete" else "moved" if moves else "changed"
        rows.setdefault((line.table, what), {})[line.key] = None
    return tuple(Moved(table, what, tuple(keys)) for (table, what), keys in rows.items())
