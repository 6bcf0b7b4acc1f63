"""init, demo, run, schedule."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app, workspace_folder
from regclean.errors import UsageError, of_kind

if TYPE_CHECKING:
    from regclean.night import Night

DEMO_AS_OF = "2026-11-01"  # the day the shipped register was exported


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The new workspace's folder.")]) -> None:
    """Make a new workspace with a commented regclean.toml."""
    from regclean.config import init_workspace

    typer.echo(
        f"Written: {init_workspace(folder)}\nNext: name the inputs under [[source]], then: regclean -w {folder} run\n"
        f"Before anybody decides: regclean -w {folder} user add NAME --role admin"
    )


@app.command()
def run(
    as_of: Annotated[str | None, typer.Option(help="The night's day, YYYY-MM-DD; today by default.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Carry nothing over from the last night.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Run the night of a day that has not come yet.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the file of a night that fails, for a week.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept", help="Let a check of size or shape through, tonight; takes an account, and is logged."
        ),
    ] = None,
) -> None:
    """Run one night: load, standardise, check, link, find, publish."""
    import os

    from regclean.config import load_workspace
    from regclean.night import today

    workspace = load_workspace(workspace_folder())
    if not workspace.config.sources:
        raise UsageError(
            "This workspace has no input yet.", remedy="Name the files in regclean.toml, under [[source]]."
        )
    day = _day(as_of) if as_of else today(workspace)
    accepted = _accepted(accept or [], day)
    if os.environ.get("PREFECT_API_URL") and not accepted:
        _run_as_flow(day, full=full, force=force, keep=keep)
        return
    _run_here(workspace_folder(), day, full=full, force=force, keep=keep, accepted=accepted)


def _accepted(names: list[str], day: date) -> frozenset[str]:
    """The checks that are let through tonight, noted under the account that says so. Errors: UsageError, SignInError."""
    if not names:
        return frozenset()
    from regclean import acts
    from regclean.cli.identity import acting

    with acting() as context:
        return acts.accept_checks(context, names, day)


def _run_here(
    folder: Path, day: date, *, full: bool, force: bool, keep: bool = False, accepted: frozenset[str] = frozenset()
) -> Night:
    from regclean.cli.console import ProgressLines
    from regclean.cli.summary import print_night
    from regclean.config import load_workspace
    from regclean.night import run_night

    night = run_night(
        load_workspace(folder),
        as_of=day,
        now=datetime.now(UTC),
        full=full,
        force=force,
        keep=keep,
        accepted=accepted,
        observer=ProgressLines(),
    )
    print_night(night)
    return night


def _run_as_flow(day: date, *, full: bool, force: bool, keep: bool) -> None:
    from regclean.resources import flow_module

    flow = flow_module("nightly").nightly
    state = flow(
        workspace=str(workspace_folder().resolve()), as_of=day, full=full, force=force, keep=keep, return_state=True
    )
    if not state.is_completed():
        raise of_kind(state.name, state.message or "the flow did not complete.")
    typer.echo(f"Published {state.message}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a day.", remedy="Write it as YYYY-MM-DD.") from None


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to put the demo's workspace.")] = Path("demo"),
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the review page afterwards.")] = True,
) -> None:
    """Make a workspace with the shipped register and accounts, run one full night on it, and serve the review page."""
    from regclean.cli.demo_register import make_demo
    from regclean.cli.demo_round import STEWARD, make_demo_round
    from regclean.cli.people import make_demo_people, serve_demo
    from regclean.cli.summary import print_import
    from regclean.config import load_workspace
    from regclean.night import open_published

    begun = monotonic()
    report = make_demo(folder)
    if report is not None:
        print_import(report, folder)
    run_id = open_published(load_workspace(folder))[1]
    if run_id is None:
        _run_here(folder, date.fromisoformat(DEMO_AS_OF), full=True, force=True)
    else:
        typer.echo(f"Night {run_id} is there already; another one: regclean -w {folder} run")
    make_demo_people(folder)
    if asked := make_demo_round(folder):
        typer.echo(f"A round of enquiries is half way: {asked}.")
        typer.echo(f"See it as {STEWARD}: /enquiries, or regclean -w {folder} sign-in {STEWARD}, then enquiry status")
    typer.echo(f"Ready after {monotonic() - begun:.0f} s.")
    if serve:
        serve_demo(folder)


@app.command()
def schedule(
    cron: Annotated[
        str, typer.Option(help="When the night runs, as a cron line in the workspace's time zone.")
    ] = "0 2 * * *",
    release_cron: Annotated[
        str | None, typer.Option(help="Also apply approved batches, at these times; by default people apply them.")
    ] = None,
    release_account: Annotated[
        str | None, typer.Option(help="Who applies them: a service account with the clerk's role.")
    ] = None,
) -> None:
    """Serve the nightly flow with Prefect until stopped; a night that was missed is caught up on."""
    from regclean.accounts import local
    from regclean.cli.identity import opened
    from regclean.resources import flow_module

    if bool(release_cron) != bool(release_account):
        raise UsageError(
            "a release on a schedule needs both: when, and as which account.",
            remedy='Write: --release-cron "0 5 * * *" --release-account NAME',
        )
    # A broken workspace or a wrong account is said now, not at two in the night.
    with opened() as (_, ledger):
        if release_account:
            local.active_user(ledger, release_account, "schedule").require("batches:apply")
    flow_module("schedule").serve(
        workspace_folder().resolve(), cron, release_cron=release_cron, release_account=release_account
    )
