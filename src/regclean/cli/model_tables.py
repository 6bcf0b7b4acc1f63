"""How models are told on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regclean.cli.console import console, table
from regclean.cli.listing import Listing, as_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regclean.linkage import ModelComparison, StoredModel, TrainReport


def models_table(
    found: Sequence[StoredModel], in_force: Mapping[str, int], links: Mapping[tuple[str, int], int]
) -> Listing:
    """The stored models, newest first."""
    lines = [
        (
            one.version,
            one.model,
            one.trained_at,
            one.trained_on.get("rows"),
            one.trained_on.get("pairs_decided", 0),
            one.trained_on.get("pairs_labelled", 0),
            links.get((one.model, one.version), 0),
            "in force" if in_force.get(one.model) == one.version else "" if one.usable else "of other comparisons",
        )
        for one in found
    ]
    columns = ("version", "model", "trained", "rows", "decided", "labelled", "links of the last night", "state")
    return as_table("Models", columns, lines)


def print_training(report: TrainReport, hidden: frozenset[str] | None) -> None:
    """The new versions and whether they are in force; where `hidden` says whom nobody may meet, also the comparison."""
    for name, version in sorted(report.new.items()):
        trained = ", ".join(f"{count:,} {what}" for what, count in sorted(report.trained_on[name].items()))
        console.print(f"{name}: version {version}, trained on {trained}")
    if report.taken:
        console.print("In force from the next night on. One step back: regclean model back")
    else:
        number = max(report.new.values())
        console.print(
            f"Worse than the models in force, which stay. To use it all the same: regclean model use {number}"
        )
    if hidden is not None:
        print_comparison(report.comparison.without(hidden))


def print_comparison(found: ModelComparison) -> None:
    """Both sets of models: figures side by side, and what becomes of the clusters."""
    columns = [("new", found.after)] if found.before is None else [("in force", found.before), ("new", found.after)]
    names = (
        "same_pairs",
        "unsure_pairs",
        "decided_same",
        "found_same",
        "decided_apart",
        "wrong_same",
        "labels",
        "label_loss",
    )
    lines = [(name.replace("_", " "), *(getattr(figures, name) for _, figures in columns)) for name in names]
    console.print(table("Models on this register", ("figure", *(title for title, _ in columns)), lines))
    if found.before is None:
        return
    console.print(f"Pairs called the same: {found.pairs_gained:,} come, {found.pairs_lost:,} go.")
    console.print(
        f"Clusters: {found.clusters['unchanged']:,} unchanged, {found.clusters['joined']:,} joined, {found.clusters['split']:,} split."
    )
    for what, examples in found.examples.items():
        for members in examples:
            console.print(f"  {what}: {', '.join(members)}")
    console.print("Not worse than the models in force." if found.better else "Worse than the models in force.")
