"""findings, pairs, clusters, member-links, classes, missing, bin-reports, evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from regclean.cli.app import app
from regclean.cli.listing import Listing, listing
from regclean.domain.findings import KINDS, STATES
from regclean.errors import UsageError, counted

if TYPE_CHECKING:
    from regclean.config import Workspace
    from regclean.ledger import Ledger
    from regclean.quality import Subject

Kind = StrEnum("Kind", {kind: kind for kind in KINDS})  # type: ignore[misc]  # built from the domain's list
State = StrEnum("State", {state: state for state in STATES})  # type: ignore[misc]  # as above


class On(StrEnum):
    """What is judged."""

    pairs = "pairs"
    clusters = "clusters"
    member_links = "member-links"


Restricted = Annotated[
    bool,
    typer.Option("--restricted", help="With customers under non-disclosure; takes the right to them, and is noted."),
]


@app.command()
@listing
def findings(
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule, for example K12.")] = None,
    state: Annotated[State | None, typer.Option(help="Only this state.")] = None,
    area: Annotated[str | None, typer.Option(help="Only where the postal code begins so: 70100, 701.")] = None,
    restricted: Restricted = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="With those that nobody acts on, of the last night.")
    ] = False,
) -> Listing:
    """Write the findings of the ledger."""
    import polars as pl

    from regclean.findings import export
    from regclean.findings import figures as figures_of
    from regclean.night import open_published
    from regclean.rules import catalogue

    if rule is not None and rule not in (known := ["duplicate", *sorted(catalogue())]):
        raise UsageError(f"there is no rule '{rule}'.", remedy=f"Known: {', '.join(known)}.")
    asked: dict[str, Any] = {"kind": kind and kind.value, "rule": rule, "area": area, "protected": restricted}
    with _reader("findings", restricted=restricted) as (workspace, ledger):
        frame = export(ledger, state=state and state.value, **asked)
    if figures and (state is None or state.value == "open"):
        warehouse, run_id = open_published(workspace)
        if run_id is not None:
            with warehouse.read(run_id) as connection:
                more = figures_of(connection, run_id, **asked)
            frame = pl.concat([frame, more]).sort("kind", "rule", "finding_id")
    return Listing(frame)


@app.command()
@listing
def pairs(restricted: Restricted = False) -> Listing:
    """Write the candidate pairs of the last night, with probability and relation."""
    return _published("pairs", restricted=restricted)


@app.command()
@listing
def clusters(restricted: Restricted = False) -> Listing:
    """Write which customers are one and the same, by the last night."""
    return _published("clusters", restricted=restricted)


@app.command(name="member-links")
@listing
def member_links(restricted: Restricted = False) -> Listing:
    """Write which customer each line of the shared-bin lists is."""
    return _published("member_links", restricted=restricted)


@app.command()
@listing
def classes() -> Listing:
    """Write which customers are of another class or segment than the register says, why, and how many contracts a change touches."""
    from regclean.findings import classes as classes_of
    from regclean.findings import ever_hidden
    from regclean.ledger import runs
    from regclean.night import open_published

    with _reader("classes", restricted=False) as (workspace, ledger):
        hidden, night = ever_hidden(ledger), runs.last_published(ledger)
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        assert night is not None  # or nothing was there to read
        return Listing(classes_of(connection, hidden, night.as_of))


@app.command()
@listing
def missing(
    area: Annotated[
        str | None, typer.Option(help="Only this municipality, or where the postal code begins so: 297, 70100, 701.")
    ] = None,
    restricted: Restricted = False,
) -> Listing:
    """Write the buildings and sites in use from which nothing is collected, by area: the list for the authority."""
    from regclean.findings import missing as missing_of
    from regclean.night import open_published

    with _reader("missing", restricted=restricted) as (workspace, ledger):
        warehouse, run_id = open_published(workspace)
        with warehouse.read(run_id) as connection:
            return Listing(missing_of(connection, ledger, area=area, restricted=restricted))


@app.command(name="bin-reports")
def bin_reports(
    bin_group_no: Annotated[list[str] | None, typer.Argument(help="Shared bins; by default all with defects.")] = None,
) -> None:
    """Write pages about shared bins with defects, each with the letter to its contact person, into var/reports/bin_groups."""
    from regclean.bin_reports import unsettled, write_bin_reports
    from regclean.cli.identity import opened
    from regclean.errors import NotFoundError
    from regclean.home import warehouse_of
    from regclean.ledger import runs
    from regclean.night import bin_reports_folder

    asked = bin_group_no or []
    with opened() as (workspace, ledger):
        config, night, folder = workspace.config, runs.last_published(ledger), bin_reports_folder(workspace)
        with warehouse_of(workspace).read(night.run_id if night else None) as connection:
            assert night is not None  # or nothing was there to read
            written = write_bin_reports(
                folder,
                connection,
                unsettled(ledger),
                workspace=str(config.section("workspace")["name"]),
                as_of=night.as_of,
                language=config.languages[0],
                languages=config.languages,
                only=asked,
            )
    if missing := sorted({*asked} - {*written}):
        raise NotFoundError(
            f"there is nothing to show of {', '.join(missing)}: no such shared bin has anything left to settle."
        )
    typer.echo(f"{counted(len(written), 'shared bin')}: {folder / 'index.html'}")


@app.command()
@listing
def evaluate(
    truth: Annotated[
        Path | None, typer.Option(help="What is true: clusters, pairs or member links, as csv or parquet.")
    ] = None,
    on: Annotated[On | None, typer.Option(help="What to judge; by default what the truth file holds.")] = None,
) -> Listing:
    """Say how good the last night's linkage is: by a truth file, else by the blind samples that people have answered."""
    from regclean.cli.identity import opened
    from regclean.cli.summary import evaluated, measured
    from regclean.night import open_published
    from regclean.quality import agreement, measure
    from regclean.quality import evaluate as judge

    if truth is None and on is not None:
        raise UsageError("without a truth file there is only what was measured.", remedy="Leave --on away.")
    with opened() as (workspace, ledger):
        warehouse, run_id = open_published(workspace)
        with warehouse.read(run_id) as connection:
            if truth is None:
                return measured(measure(ledger, connection), agreement(ledger))
            return evaluated(judge(connection, truth, cast("Subject | None", on and on.value)))


def _published(table: Literal["pairs", "clusters", "member_links"], *, restricted: bool) -> Listing:
    from regclean.findings import ever_hidden, published
    from regclean.night import open_published

    with _reader(table, restricted=restricted) as (workspace, ledger):
        hidden = ever_hidden(ledger)
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        return Listing(published(connection, table, hidden, restricted=restricted))


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
