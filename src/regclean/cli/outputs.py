"""findings, pairs, clusters, member-links, evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from regclean.cli.app import app
from regclean.domain.findings import KINDS, STATES
from regclean.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from regclean.config import Workspace
    from regclean.ledger import Ledger
    from regclean.quality import Subject

Kind = StrEnum("Kind", {kind: kind for kind in KINDS})  # type: ignore[misc]  # built from the domain's list
State = StrEnum("State", {state: state for state in STATES})  # type: ignore[misc]  # as above


class Format(StrEnum):
    """How findings are written."""

    csv = "csv"
    jsonl = "jsonl"
    parquet = "parquet"


class On(StrEnum):
    """What is judged."""

    pairs = "pairs"
    clusters = "clusters"
    member_links = "member-links"


Output = Annotated[Path | None, typer.Option("--output", "-o", help="The file to write; standard output by default.")]

Restricted = Annotated[
    bool,
    typer.Option("--restricted", help="With customers under non-disclosure; takes the right to them, and is noted."),
]


@app.command()
def findings(
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule, for example K12.")] = None,
    state: Annotated[State | None, typer.Option(help="Only this state.")] = None,
    form: Annotated[Format, typer.Option("--format", help="csv, jsonl or parquet.")] = Format.csv,
    output: Output = None,
    restricted: Restricted = False,
) -> None:
    """Write the findings of the ledger."""
    from regclean.findings import export

    with _reader("findings", restricted=restricted) as (_, ledger):
        frame = export(ledger, kind=kind and kind.value, rule=rule, state=state and state.value, protected=restricted)
    _write(frame, output, form)


@app.command()
def pairs(output: Output = None, restricted: Restricted = False) -> None:
    """Write the candidate pairs of the last night, with probability and relation."""
    _write(_published("pairs", restricted=restricted), output)


@app.command()
def clusters(output: Output = None, restricted: Restricted = False) -> None:
    """Write which customers are one and the same, by the last night."""
    _write(_published("clusters", restricted=restricted), output)


@app.command(name="member-links")
def member_links(output: Output = None, restricted: Restricted = False) -> None:
    """Write which customer each line of the shared-bin lists is."""
    _write(_published("member_links", restricted=restricted), output)


@app.command()
def evaluate(
    truth: Annotated[
        Path | None, typer.Option(help="What is true: clusters, pairs or member links, as csv or parquet.")
    ] = None,
    on: Annotated[On | None, typer.Option(help="What to judge; by default what the truth file holds.")] = None,
) -> None:
    """Say how good the last night's linkage is: by a truth file, else by the blind samples that people have answered."""
    from regclean.cli.identity import opened
    from regclean.cli.summary import print_evaluation, print_measured
    from regclean.night import open_published
    from regclean.quality import evaluate as judge
    from regclean.quality import measure

    if truth is None and on is not None:
        raise UsageError("without a truth file there is only what was measured.", remedy="Leave --on away.")
    with opened() as (workspace, ledger):
        warehouse, run_id = open_published(workspace)
        with warehouse.read(run_id) as connection:
            if truth is None:
                print_measured(measure(ledger, connection))
            else:
                print_evaluation(judge(connection, truth, cast("Subject | None", on and on.value)))


def _published(table: Literal["pairs", "clusters", "member_links"], *, restricted: bool) -> pl.DataFrame:
    from regclean.findings import ever_hidden, published
    from regclean.night import open_published

    with _reader(table, restricted=restricted) as (workspace, ledger):
        hidden = ever_hidden(ledger)
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        return published(connection, table, hidden, restricted=restricted)


@contextmanager
def _reader(output: str, *, restricted: bool) -> Iterator[tuple[Workspace, Ledger]]:
    """Anybody may read a plain output; customers under non-disclosure only an account with the right, and it is noted."""
    from regclean.cli.identity import acting, opened
    from regclean.ledger import Entry, append

    if not restricted:
        with opened() as both:
            yield both
        return
    with acting(needs="restricted:open") as context:
        with context.ledger.write() as writing:
            append(writing, Entry(context.now, context.user.name, "output_restricted", f"outputs:{output}"))
        yield context.workspace, context.ledger


def _write(frame: pl.DataFrame, output: Path | None, form: Format = Format.csv) -> None:
    from regclean.findings import write

    write(frame, output, form.value)
