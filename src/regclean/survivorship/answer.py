"""The result of a merge: who survives, and what becomes of each of its columns, with the reason.

Laws: an empty value never replaces a value; only a choice clears one. What was chosen stands. The choices that record
an answer give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regclean.domain.register import UNITS
from regclean.survivorship.choices import Choices
from regclean.survivorship.ranking import rank
from regclean.survivorship.record import Record
from regclean.survivorship.rules import best

Spell = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of the result. `source`: whose value it is, None where it is nobody's (typed, cleared, inherited).

    `rule`: the rule of [survivorship] that chose it, or missing (the survivor had none), only_one, all_equal, chosen,
    cleared, protection (non-disclosure is inherited), living (an active customer was merged into an ended one).
    """

    column: str
    before: str | None
    after: str | None
    source: str | None
    rule: str

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Answer:
    """`records` are those that are merged, the survivor first, then by rank; `cells` are in the order of the units."""

    survivor: str
    records: tuple[Record, ...]
    cells: tuple[Cell, ...]

    @property
    def losers(self) -> tuple[str, ...]:
        return tuple(record.customer_no for record in self.records[1:])

    @property
    def changes(self) -> tuple[Cell, ...]:
        """The columns of the survivor that are written."""
        return tuple(cell for cell in self.cells if cell.changes)

    def recorded(self, choices: Choices) -> Choices:
        """The choices that hold this answer fast, also where a rule gave it: what was shown when somebody confirmed."""
        sources = {cell.column: cell.source for cell in self.cells if cell.source is not None}
        return Choices(self.survivor, choices.leave_out, sources, choices.values)


def answer(records: Sequence[Record], settings: Mapping[str, Any], choices: Choices, spell: Spell) -> Answer:
    """What merging `records` gives.

    `settings`: [survivorship] of regclean.toml; `spell(column, value)`: a canonical value as the register writes it.
    Errors: ValueError when the chosen survivor is none of the records.
    """
    ranked = sorted(records, key=lambda record: rank(record.customer_no, record.clean))
    survivor = choices.survivor or ranked[0].customer_no
    own = next((record for record in ranked if record.customer_no == survivor), None)
    if own is None:
        raise ValueError("the chosen survivor is not among the records")
    ranked = [own, *(record for record in ranked if record is not own)]
    cells = [cell for unit in UNITS for cell in _unit(unit, ranked, settings[unit], choices, spell)]
    inherited = {cell.column: cell for cell in _inherited(ranked, spell)}
    others = choices.values.keys() - {cell.column for cell in cells} - inherited.keys()
    cells += [_given(ranked, column, choices.values[column], spell) for column in sorted(others)]
    cells += inherited.values()
    return Answer(survivor, tuple(ranked), tuple(cells))


def _unit(unit: str, records: Sequence[Record], order: Sequence[str], choices: Choices, spell: Spell) -> Iterator[Cell]:
    own, by_number = records[0], {record.customer_no: record for record in records}
    ruled, rule = best(own, records, unit, order)
    picked = {
        column: by_number[choices.sources[column]] for column in UNITS[unit] if choices.sources.get(column) in by_number
    }
    # Who picks the street of a record means its address: the columns of a unit go together.
    together = {record.customer_no for record in picked.values()}
    whole = by_number[together.pop()] if len(together) == 1 else ruled
    for column in UNITS[unit]:
        before = own.row.get(column)
        if column in choices.values:
            yield _given(records, column, choices.values[column], spell)
            continue
        taken = picked.get(column, whole)
        value = taken.held(column)
        if value is None:
            taken, value = own, before
        if value == before:
            holding = [record for record in records if record.held(column) is not None]
            if holding:
                yield Cell(column, before, before, taken.customer_no, _unchanged(own, holding, column))
        else:
            yield Cell(column, before, value, taken.customer_no, rule if taken is ruled else "chosen")


def _unchanged(own: Record, holding: Sequence[Record], column: str) -> str:
    if len(holding) == 1:
        return "only_one" if holding[0] is own else "survivor"
    return "all_equal" if len({_comparable(record, column) for record in holding}) == 1 else "survivor"


def _comparable(record: Record, column: str) -> str:
    return str(record.clean.get(column) or record.held(column)).casefold()


def _given(records: Sequence[Record], column: str, value: str | None, spell: Spell) -> Cell:
    """A value that a person gave; one that a record holds, as that record writes it."""
    before = records[0].row.get(column)
    if value is None:
        return Cell(column, before, None, None, "cleared")
    for record in records:
        raw, clean = record.row.get(column), record.clean.get(column)
        if value in (raw, record.clean.get(f"{column}_masked")) or (clean is not None and value == str(clean)):
            return Cell(column, before, raw, None, "chosen")
    return Cell(column, before, spell(column, value), None, "chosen")


def _inherited(records: Sequence[Record], spell: Spell) -> Iterator[Cell]:
    """What one record gives to all: protection, and that the customer is one at all."""
    own = records[0]
    if not own.clean["non_disclosure"] and any(record.clean["non_disclosure"] for record in records):
        yield Cell("non_disclosure", own.row.get("non_disclosure"), spell("non_disclosure", "true"), None, "protection")
    living = [record for record in records if record.clean["status"] != "ended"]
    if living and own not in living:
        status = living[0].row.get("status") or spell("status", "active")
        yield Cell("status", own.row.get("status"), status, None, "living")
