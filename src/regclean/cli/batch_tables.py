"""How the batch commands print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from regclean.cli.console import console, table
from regclean.cli.listing import Listing, as_table
from regclean.errors import counted

if TYPE_CHECKING:
    from regclean.batches import Batch, BatchView, BuildReport, LineView, Outcome
    from regclean.register import Seen

BATCH = ("batch", "state", "findings", "lines", "built by", "built at (UTC)", "decided by", "approved by", "title")
LINE = ("line", "op", "table", "key", "column", "before", "after", "now", "state", "finding", "decided by", "why")
SAID = {"ready": "ready", "done": "already done", "changed": "changed since", "gone": "gone"}


def print_build(report: BuildReport) -> None:
    if report.batch_id is None:
        console.print("Nothing to change: no batch was made.")
    else:
        console.print(
            f"Batch {report.batch_id}: {counted(report.lines, 'line')} from {counted(report.findings, 'finding')}."
        )
        console.print(f"Next, as somebody else: regclean batch approve {report.batch_id}")
    for warning in report.warnings:
        console.print(f"Warning: {warning.expectation}: {warning.summary}.")
    _print_left_out(report.left_out)


def list_batches(batches: Iterable[Batch]) -> Listing:
    """A line for each batch."""
    return as_table("Batches", BATCH, map(_batch, batches))


def list_lines(view: BatchView) -> Listing:
    """The lines of a batch; as a document, with the batch and what it left out."""
    batch, lines = list_batches([view.batch]), as_table("Lines", LINE, map(_line, view.lines))
    assert batch.frame is not None
    assert lines.frame is not None

    def printed() -> None:
        for one in (batch, lines):
            assert one.printed is not None
            one.printed()
            console.print()
        if view.withheld:
            console.print(f"Withheld, of customers under non-disclosure: {counted(view.withheld, 'line')}.")
        console.print(f"Approved by: {view.batch.approved_by or '–'}")
        _print_left_out(view.batch.left_out)

    left_out = {"left_out": list(view.batch.left_out), "withheld": view.withheld}
    return Listing(lines.frame, printed, batch.frame.to_dicts()[0] | {"lines": lines.frame.to_dicts()} | left_out)


def _batch(batch: Batch) -> tuple[object, ...]:
    return (
        batch.batch_id,
        batch.state,
        batch.findings,
        sum(batch.lines.values()),
        batch.built_by,
        f"{batch.built_at:%Y-%m-%d %H:%M}",
        ", ".join(batch.decided_by),
        batch.approved_by,
        batch.title,
    )


def _print_left_out(left_out: Iterable[Mapping[str, str]]) -> None:
    lines = [(one["finding_id"], one["why"]) for one in left_out]
    if lines:
        console.print()
        console.print(table("Left out", ("finding", "why"), lines))


def _line(line: LineView) -> tuple[object, ...]:
    state = line.state if line.status is None or line.state != "planned" else SAID[line.status]
    return (
        line.seq,
        line.op,
        line.table,
        line.key,
        line.column,
        line.before,
        line.after,
        line.now,
        state,
        line.finding_id,
        line.decided_by,
        line.why.get("rule"),
    )


def print_seen(view: BatchView, seen: Sequence[Seen]) -> None:
    """One line of output for each line of the batch, for eyes and for grep."""
    lines = {line.seq: line for line in view.lines}
    for one in seen:
        if one.seq in lines:
            console.print(_sentence(lines[one.seq], SAID[one.status], one.why), soft_wrap=True, markup=False)
    _print_counts(seen, "Nothing was written.")


def print_outcome(view: BatchView, outcome: Outcome, what: str) -> None:
    """What did not go as planned line by line, then the counts."""
    lines = {line.seq: line for line in view.lines}
    if outcome.earlier:
        console.print(f"Batch {outcome.batch_id} is {outcome.state}: this was done before, nothing was written now.")
    for one in outcome.seen:
        if one.status in ("changed", "gone") and one.seq in lines:
            console.print(_sentence(lines[one.seq], SAID[one.status], one.why), soft_wrap=True, markup=False)
    if outcome.held:
        console.print(f"Back to the steward: {', '.join(sorted(outcome.held))}", soft_wrap=True)
    if outcome.kept:
        console.print(f"Kept as others left it, for a person to look at: {counted(len(outcome.kept), 'line')}.")
    held = {seq for seq, line in lines.items() if line.finding_id in outcome.held}
    done = [one for one in outcome.seen if one.seq not in held]
    _print_counts(done, f"{what}: batch {outcome.batch_id} is {outcome.state}.")


def _sentence(line: LineView, said: str, why: str | None) -> str:
    place = " ".join(part for part in (line.table, line.key, line.column) if part)
    return f"line {line.seq}: {said}: {line.op} {place} ({line.finding_id}){f': {why}' if why else ''}"


def _print_counts(seen: Sequence[Seen], end: str) -> None:
    counts = {word: sum(one.status == status for one in seen) for status, word in SAID.items()}
    console.print(", ".join(f"{number:,} {word}" for word, number in counts.items()) + f". {end}")
