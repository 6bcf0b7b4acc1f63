"""How explain, show, person-report and sql print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regclean.cli.console import console, table
from regclean.domain.languages import in_language
from regclean.errors import counted
from regclean.resources import load_texts

if TYPE_CHECKING:
    import polars as pl

    from regclean.inspection import PersonReport, SubjectPage
    from regclean.linkage import PairExplanation

MOST_COLUMNS = 12  # of a table on the screen
MOST_LINES = 1_000  # of an answer on the screen; a file holds them all


def print_explanation(found: PairExplanation) -> None:
    """The pair from the keys to the relation, and what would change it."""
    console.print(
        f"[bold]{found.customer_no_l} – {found.customer_no_r}[/]: {found.relation or 'nothing to each other'}"
    )
    console.print()
    lines = [
        (key.rule, _shared(key.shared, key.compares), key.customers or None, key.widest or None) for key in found.keys
    ]
    console.print(table("Blocking keys", ("rule", "shared", "customers with it", "at most"), lines))
    console.print(
        "A night compares them." if found.compared else "No night compares them: they share no key that is rare enough."
    )
    console.print()
    if found.probability is None:
        console.print("No model compares these two kinds of customers.")
        return
    compared = [(one.name, one.level.replace("_", " "), _bits(one.bits)) for one in found.comparisons]
    console.print(
        table(f"Comparisons ({found.model} model {found.version})", ("comparison", "level", "bits"), compared)
    )
    console.print(
        f"Weight {found.weight:+.1f} bits; probability {found.probability:.4f} of one customer, "
        f"{found.household_probability or 0.0:.4f} of one household."
    )
    console.print(f"The same from {found.same:g} on, asked about from {found.review:g} on.")
    console.print()
    console.print("[bold]Why[/]: " + why(found))
    for sentence in would_change(found):
        console.print(f"  – {sentence}")


def why(found: PairExplanation) -> str:
    """Which rule or threshold made the relation."""
    assert found.probability is not None
    beside = ", ".join(code.replace("_", " ") for code in found.because)
    decided = [code.removeprefix("decided_") for code in found.because if code.startswith("decided_")]
    if decided and decided[0] != "lapsed":
        return f"somebody decided '{decided[0]}'; that stands above every score."
    if decided and found.relation == "unsure":
        return "somebody told them apart; their records have changed since, so they are asked again, and not joined."
    if found.relation == "same":
        return f"the probability reaches {found.same:g}."
    if found.relation == "unsure":
        doubt = (
            "a rule doubts it"
            if found.probability >= found.same
            else f"it reaches {found.review:g}, not {found.same:g}"
        )
        return f"{doubt}{f' ({beside})' if beside else ''}: a person decides."
    if found.relation:
        return f"{beside or 'household probability'} stands against one customer: {found.relation}."
    return f"the probability stays below {found.review:g}{f' ({beside})' if beside else ''}."


def would_change(found: PairExplanation) -> list[str]:
    """What it would take for another relation."""
    if any(code.startswith("decided_") and code != "decided_lapsed" for code in found.because):
        return ["Taking the decision back leaves it to the score."]
    sentences = []
    if not found.compared:
        sentences.append("A key in common that few others have, a phone number say, would let a night compare them.")
    for name, threshold in (("same", found.same), ("asked about", found.review)):
        bits = found.bits_to(threshold)
        sentences.append(f"{abs(bits):.1f} bits {'more' if bits > 0 else 'less'} lie between this and '{name}'.")
    against = sorted((one for one in found.comparisons if one.bits < 0), key=lambda one: one.bits)
    sentences += [
        f"Without '{one.name}: {one.level.replace('_', ' ')}': {-one.bits:.1f} bits more." for one in against[:3]
    ]
    missing = [one.name for one in found.comparisons if one.level == "missing"]
    if missing:
        sentences.append(f"Nothing to compare on one side or both: {', '.join(missing)}.")
    return sentences


def print_subject(page: SubjectPage) -> None:
    """One section after the other."""
    console.print(f"[bold]{page.subject}[/]" + (f"  ({page.source})" if page.source else ""))
    for section in page.sections:
        console.print()
        if len(section.columns) <= MOST_COLUMNS:
            console.print(table(section.title, section.columns, section.lines))
            continue
        console.print(f"[bold]{section.title}[/]")
        for line in section.lines:
            console.print(_paragraph(section.columns, line), markup=False)


def print_person(report: PersonReport, language: str) -> None:
    """A report to the person: its sections under headings in their language."""
    headings = load_texts("regclean.inspection", "person")
    console.print(f"[bold]{report.customer_no}[/]  ({report.run_id})")
    for section in report.sections:
        console.print()
        console.print(table(in_language(headings[section.title], language), section.columns, section.lines))


def _paragraph(columns: Sequence[str], line: Sequence[object]) -> str:
    """What stands in one line of a table that is too wide to print; lists and objects only `--json` shows."""
    told = zip(columns, line, strict=True)
    return "– " + "; ".join(f"{name}: {value}" for name, value in told if not str(value or "[").startswith(("[", "{")))


def print_answer(answer: pl.DataFrame) -> None:
    """The first lines of an answer."""
    console.print(table(counted(answer.height, "row"), answer.columns, answer.head(MOST_LINES).rows()))
    if answer.height > MOST_LINES:
        console.print(f"The first {MOST_LINES:,}; all of them: -o FILE.")


def _shared(shared: bool, compares: bool) -> str:
    return ("yes" if compares else "yes, by too many") if shared else "no"


def _bits(bits: float) -> str:
    return f"{bits:+.1f}"
