"""What a person does with a sample on the page: is dealt one pair at a time, says what it is, takes the last word back.

Blind: what is dealt tells no score, no rule and no place in a stratum, and nothing said beside it moves with a single answer
(`quality/given.py`). Nobody under non-disclosure is dealt to anybody: such a pair counts as one that left the register.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from regclean import quality
from regclean.acts.context import Context, act
from regclean.acts.samples import keep_labels, night_in_force, present, sheet
from regclean.errors import ConflictError, NotFoundError, UsageError
from regclean.ledger import runs

ANSWERS = ("same", "different", "unsure")
AHEAD = 20  # pairs looked at to find one whose customers are both there


@dataclass(frozen=True, slots=True)
class Dealt:
    """The next pair of a sample: `pair` is a row of the blind sheet, None when nothing waits for this account.

    `last`: the number of the pair that this account may still take its word back on.
    """

    progress: quality.Progress
    pair: dict[str, Any] | None
    last: int | None


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """What settled answers give. `measured`: of the register; `bound`: the least share of right pairs in the band, None where
    nothing is proved; `next_level`: what further clean checks would prove of it.
    """

    checks: int = 0
    measured: quality.Measured | None = None
    bound: float | None = None
    next_level: tuple[float, int] | None = None


@act("findings:decide")
def list_samples(context: Context) -> list[quality.Progress]:
    """Every sample with how far it has come, newest first."""
    with context.ledger.read() as connection:
        return quality.progress(connection)


@act("findings:decide")
def deal(context: Context, sample_id: int) -> Dealt:
    """The pair that waits next for this account. Errors: NotFoundError without such a sample, InputError without a night."""
    with context.ledger.read() as connection:
        progress = _progress(connection, sample_id)
        rows = quality.waiting(connection, sample_id, context.user.name)
        last = quality.last_own(connection, sample_id, context.user.name)
    pair = None
    if rows:
        with night_in_force(context) as (night, _):
            for start in range(0, len(rows), AHEAD):
                there = present(context, night, rows[start : start + AHEAD])
                if not there.is_empty():
                    pair = sheet(night, sample_id, there.head(1)).row(0, named=True)
                    break
    return Dealt(progress, pair, last)


@act("findings:decide")
def figures(context: Context, sample_id: int | None = None) -> SampleFigures:
    """What the answers so far give: of the band, where the sample is a band's, else of the register.

    Errors: NotFoundError without such a sample.
    """
    with context.ledger.read() as connection:
        band = _progress(connection, sample_id).band if sample_id is not None else None
        found = quality.stands(connection, band, settled=True) if band is not None else []
    certificate = next((one for one in found if one.sample_id == sample_id), None)
    if certificate is not None:
        checks = certificate.checks
        return SampleFigures(checks.looked, None, quality.lower_bound(checks) or None, quality.next_level(checks))
    if runs.last_published(context.ledger) is None:
        return SampleFigures()
    with night_in_force(context) as (night, _):
        measured = quality.measure(context.ledger, night, settled=True)
    return SampleFigures(measured.checks, measured if measured.done else None)


@act("findings:decide")
def answer(context: Context, sample_id: int, number: int, said: str) -> None:
    """Say what a dealt pair is: same, different or unsure.

    Errors: NotFoundError without such a sample, ConflictError when the pair does not wait (any more), UsageError for another word.
    """
    if said not in ANSWERS:
        raise UsageError(f"an answer is one of: {', '.join(ANSWERS)}.")
    with context.ledger.read() as connection:
        _progress(connection, sample_id)
        waiting = quality.waiting(connection, sample_id, context.user.name)
    rows = [row for row in waiting if row.number <= number]
    with night_in_force(context) as (night, _):
        there = set(present(context, night, rows)["number"])
    if number not in there:
        raise ConflictError("this pair does not wait for an answer.")
    # What was dealt past had nobody left to look at.
    taken = [(sample_id, row.number, quality.GONE) for row in rows if row.number not in there]
    with context.ledger.write() as connection:
        if number not in {row.number for row in quality.waiting(connection, sample_id, context.user.name)}:
            raise ConflictError("this pair does not wait for an answer.")
        keep_labels(context, connection, [*taken, (sample_id, number, said)])


@act("findings:decide")
def take_back(context: Context, sample_id: int) -> None:
    """Take back one's last answer in a sample: its pair waits again.

    Errors: NotFoundError without such a sample, ConflictError when there is no answer that figures do not count yet.
    """
    with context.ledger.write() as connection:
        _progress(connection, sample_id)
        number = quality.last_own(connection, sample_id, context.user.name)
        if number is None:
            raise ConflictError("there is no answer to take back: the figures count what was said before.")
        keep_labels(context, connection, [(sample_id, number, quality.WITHDRAWN)])


def _progress(connection: Connection, sample_id: int) -> quality.Progress:
    found = next((one for one in quality.progress(connection) if one.sample_id == sample_id), None)
    if found is None:
        raise NotFoundError("there is no such sample.")
    return found
