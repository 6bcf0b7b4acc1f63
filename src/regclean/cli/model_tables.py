"""How models are told on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regclean.cli.console import console, table
from regclean.cli.listing import Listing, as_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regclean.linkage import ModelComparison, StoredModel, TrainReport


_LEARNT_FROM = {
    "rows": "rows",
    "pairs_candidate": "candidate pairs",
    "pairs_random": "random pairs",
    "pairs_decided": "decided pairs",
    "pairs_labelled": "blind labels",
}


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
        counts = report.trained_on[name]
        learnt = ", ".join(f"{counts.get(what, 0):,} {words}" for what, words in _LEARNT_FROM.items())
        console.print(f"{name} {version}: learnt from {learnt}")
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
    sides = [found.after] if found.before is None else [found.before, found.after]
    titles = [" and ".join(f"{number}" for number in sorted(set(side.versions.values()))) for side in sides]
    if found.before is not None:
        titles[0] += " (in force)"
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
    lines = [(name.replace("_", " "), *(getattr(side, name) for side in sides)) for name in names]
    console.print(table("Models on this register", ("figure", *(f"model {title}" for title in titles)), lines))
    if found.after.label_loss is None:
        console.print("No blind label speaks for either: regclean sample draw")
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
