"""What the commands print at their end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.markup import escape

from regclean.cli.console import console, table
from regclean.cli.listing import Listing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from regclean.acts import LabelReport
    from regclean.findings.decide import DecideReport
    from regclean.landing import LandingReport
    from regclean.night import Night
    from regclean.quality import Agreement, Evaluation, Interval, Measured

WHATS = ("new", "still", "reopened", "withdrawn", "verified", "contradicted")


def print_night(night: Night) -> None:
    """What came in, what was found and what changed since the night before."""
    for note in night.notes:
        console.print(f"[yellow]![/] {escape(note)}")
    if night.landed:
        files = [
            (report.file, report.table, report.records, report.loaded, report.quarantined) for report in night.landed
        ]
        console.print()
        console.print(table("Read", ("file", "table", "records", "loaded", "quarantined"), files))
    if night.page and night.page.linkage:
        linked = night.page.linkage
        console.print()
        console.print(table("Pairs of customers", ("relation", "pairs"), sorted(linked.relations.items())))
        print_measures(linked.measured)
    if night.published:
        lines = [
            (kind, *(counts.get(what, 0) for what in WHATS)) for kind, counts in sorted(night.published.counts.items())
        ]
        console.print()
        console.print(table("Findings", ("kind", *WHATS), lines))
    warnings = [result for gate in night.gates for result in gate.warnings]
    if warnings:
        console.print()
        console.print(
            table("Warnings", ("expectation", "table", "seen"), [(w.expectation, w.table, w.summary) for w in warnings])
        )
    seconds = sum(step.seconds for step in night.steps)
    report = night.workspace.var / "reports" / f"{night.run_id}.html"
    console.print(f"\nNight [bold]{night.run_id}[/] is published after {seconds:.1f} s. Report: {report}")


def print_import(report: LandingReport, folder: Path) -> None:
    """What the clerks' exports held when the demo's register was filled from them."""
    files = [(one.file, one.table, one.encoding, one.records, one.loaded, one.quarantined) for one in report]
    console.print(table("Exports", ("file", "table", "encoding", "records", "loaded", "quarantined"), files))
    console.print(f"\nThe register is {folder / 'register.db'}; approved batches are applied to it.\n")


def evaluated(evaluation: Evaluation) -> Listing:
    """What a truth file says."""
    import polars as pl

    return Listing(
        pl.DataFrame(evaluation.to_rows(), infer_schema_length=None),
        lambda: _print_evaluation(evaluation),
        asdict(evaluation),
    )


def _print_evaluation(evaluation: Evaluation) -> None:
    """Precision, recall and F1 with their intervals, at what is published and at other thresholds."""
    scores = [
        (
            score.label,
            score.true_positives,
            score.false_positives,
            score.false_negatives,
            _interval(score.precision),
            _interval(score.recall),
            _interval(score.f1),
        )
        for score in (evaluation.published, *evaluation.by_threshold)
    ]
    columns = ("at", "true +", "false +", "false −", "precision", "recall", "F1")
    console.print(table(f"{evaluation.on}, judged by {evaluation.truth}", columns, scores))
    for title, first, lines in (
        ("False pairs by true relation", "relation", evaluation.false_by_relation),
        ("Recall by what the pair shares", "shares", evaluation.recall_by_shares),
    ):
        if lines:
            console.print()
            console.print(
                table(
                    title,
                    (first, "count", "of", "share"),
                    [(line.name, line.count, line.total, _interval(line.share)) for line in lines],
                )
            )
    if evaluation.measures:
        console.print()
        console.print(
            table(
                "Measures",
                ("measure", "value"),
                [(name, _interval(value)) for name, value in evaluation.measures.items()],
            )
        )
    console.print(f"\nJudged {evaluation.judged:,}; not in the truth file and left out: {evaluation.left_out:,}.")


def print_decisions(report: DecideReport) -> None:
    """How many lines were taken; the others by number and reason."""
    console.print(f"Taken: {report.taken:,}. Already known: {report.repeated:,}. Refused: {len(report.refused):,}.")
    for line in report.refused:
        console.print(f"  line {line.number}: {line.why}")


def print_measures(measured: Mapping[str, float]) -> None:
    """What blind samples say of the linkage, with 95 % intervals, what they rest on, and what more of them would give."""
    if not measured:
        console.print(
            "How good the linkage is: [bold]not measured yet[/]. Draw a blind sample with: regclean sample draw"
        )
        return

    def shown(name: str, *, share: bool) -> str | None:
        if name not in measured:
            return None
        value, low, high = (measured[name + end] for end in ("", "_low", "_high"))
        return f"{value:.4f}  [{low:.4f}, {high:.4f}]" if share else f"{value:,.0f}  [{low:,.0f}, {high:,.0f}]"

    names = (("precision", True), ("recall", True), ("duplicates_left", False), ("beyond", False))
    lines = [
        (name.replace("_", " "), shown(name, share=share), shown(f"more_{name}", share=share)) for name, share in names
    ]
    title = f"The linkage, measured by {measured['checks']:,.0f} blind checks"
    console.print(table(title, ("measure", "now (95 %)", "with 50 more"), lines))
    console.print(
        "Recall and duplicates left are about pairs to which the linkage gives at least one in a thousand; beyond: true pairs below it."
    )


def measured(found: Measured, agreed: Sequence[Agreement]) -> Listing:
    """What blind samples say, with what still waits to be answered."""
    second = [asdict(one) | {"share": one.share and asdict(one.share)} for one in agreed]
    return Listing(None, lambda: _print_measured(found, agreed), asdict(found) | {"second_person": second})


def _print_measured(measured: Measured, agreed: Sequence[Agreement]) -> None:
    print_measures(measured.values())
    if measured.run_id:
        console.print(
            f"Drawn from night {measured.run_id}, model {measured.model_version}. Nobody could say: {measured.unsure:,}. "
            f"Waiting for an answer: {measured.waiting:,}."
        )
    for one in agreed:
        console.print(
            f"A second person, blind, decided alike on {one.alike:,} of {one.answered:,} ({one.kind}): {_interval(one.share)}."
        )


def print_labels(report: LabelReport) -> None:
    """How many answers were taken, how many pairs still wait; the refused lines by number and reason."""
    console.print(f"Taken: {report.taken:,}. Waiting: {report.waiting:,}. Refused: {len(report.refused):,}.")
    for number, why in report.refused:
        console.print(f"  line {number}: {why}")


def _interval(value: Interval | None) -> str:
    return "–" if value is None else f"{value.value:.4f}  [{value.low:.4f}, {value.high:.4f}]"
