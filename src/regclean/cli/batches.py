"""batch build, list, show, approve, reject, export, apply, undo."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app, workspace_folder
from regclean.errors import UsageError

if TYPE_CHECKING:
    from regclean.config import Workspace
    from regclean.ledger import Ledger
    from regclean.register import SqlTarget

batch = typer.Typer(name="batch", help="Update batches: build, list, show, approve, export, apply, undo.")
app.add_typer(batch, name="batch", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The batch's number.")]
User = Annotated[str | None, typer.Option("--user", envvar="REGCLEAN_USER", help="Who does this.")]
LONGEST_USER = 80


@batch.command(name="build")
def build(
    title: Annotated[str | None, typer.Option(help="What people call the batch.")] = None,
    finding: Annotated[list[str] | None, typer.Option(help="Only this accepted finding; may be repeated.")] = None,
    user: User = None,
) -> None:
    """Make a batch of the accepted findings, checked against the last night."""
    from regclean import batches
    from regclean.cli.batch_tables import print_build
    from regclean.ledger import runs
    from regclean.night import open_published

    with _open() as (workspace, ledger):
        warehouse, run_id = open_published(workspace)
        last = runs.last_published(ledger)
        if last is None:
            raise UsageError("No night has been published here yet.", remedy="Start one with: regclean run")
        with warehouse.read(run_id) as connection:
            report = batches.build(
                ledger,
                connection,
                workspace.config,
                as_of=last.as_of,
                user=_user(user),
                now=datetime.now(UTC),
                title=title,
                only=finding,
            )
    print_build(report)


@batch.command(name="list")
def list_all() -> None:
    """List all batches, newest first."""
    from regclean import batches
    from regclean.cli.batch_tables import print_batches

    with _open() as (_, ledger):
        print_batches(batches.list_batches(ledger))


@batch.command()
def show(number: Number) -> None:
    """Show a batch line by line: before, after, the register's value now, finding, who decided, who approved."""
    from regclean import batches
    from regclean.cli.batch_tables import print_batch

    with _open() as (workspace, ledger), _target(workspace) as target:
        print_batch(batches.show(ledger, number, target))


@batch.command()
def approve(number: Number, user: User = None) -> None:
    """Approve a batch, as somebody who has decided nothing of it."""
    from regclean import batches

    who = _user(user)
    with _open() as (_, ledger):
        batches.approve(ledger, number, user=who, now=datetime.now(UTC))
    typer.echo(f"Batch {number} is approved by {who}.")


@batch.command()
def reject(
    number: Number,
    line: Annotated[list[int], typer.Option(help="The line's number; may be repeated.")],
    reason: Annotated[str, typer.Option(help="Why; the steward reads it.")],
    user: User = None,
) -> None:
    """Send lines of a batch back to the steward; their findings leave the batch."""
    from regclean import batches

    with _open() as (_, ledger):
        back = batches.reject_lines(ledger, number, line, reason=reason, user=_user(user), now=datetime.now(UTC))
    typer.echo(f"Sent back to the steward: {len(back)} finding(s).")


@batch.command()
def export(
    number: Number,
    folder: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")],
    user: User = None,
) -> None:
    """Write an approved batch as files: changes.csv, undo.csv, manifest.json, and the rows in the register's columns."""
    from regclean import batches

    with _open() as (workspace, ledger):
        names = batches.export(workspace, ledger, number, folder, user=_user(user), now=datetime.now(UTC))
    typer.echo(f"Written to {folder}: {', '.join(names)}")


@batch.command()
def apply(
    number: Number,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show how each line stands.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Apply nothing when a single line has changed since.")
    ] = False,
    user: User = None,
) -> None:
    """Apply an approved batch to the register, in one transaction."""
    from regclean import batches
    from regclean.cli.batch_tables import print_outcome, print_seen

    with _open() as (workspace, ledger), _target(workspace) as target:
        if dry_run:
            seen = batches.dry_run(ledger, target or batches.last_extract(workspace, ledger), number)
            print_seen(batches.show(ledger, number), seen)
            if any(one.status in ("changed", "gone") for one in seen):
                raise typer.Exit(1)
            return
        who, now = _user(user), datetime.now(UTC)
        if target is None:
            outcome = batches.confirm_import(ledger, number, user=who, now=now)
        else:
            outcome = batches.apply(ledger, target, number, user=who, now=now, whole=all_or_nothing)
        print_outcome(batches.show(ledger, number), outcome, "Applied")
    if outcome.conflict:
        raise typer.Exit(1)


@batch.command()
def undo(
    number: Number,
    finding: Annotated[str | None, typer.Option(help="Only what this finding changed.")] = None,
    user: User = None,
) -> None:
    """Take a batch back, or one finding of it; what others have edited since is kept and listed."""
    from regclean import batches
    from regclean.cli.batch_tables import print_outcome

    with _open() as (workspace, ledger), _target(workspace) as target:
        outcome = batches.undo(ledger, target, number, user=_user(user), now=datetime.now(UTC), finding_id=finding)
        print_outcome(batches.show(ledger, number), outcome, "Taken back")
    if outcome.conflict:
        raise typer.Exit(1)


@contextmanager
def _open() -> Iterator[tuple[Workspace, Ledger]]:
    from regclean.config import load_workspace
    from regclean.ledger import opened

    workspace = load_workspace(workspace_folder())
    with opened(workspace.ledger_url) as ledger:
        yield workspace, ledger


@contextmanager
def _target(workspace: Workspace) -> Iterator[SqlTarget | None]:
    from regclean.register import open_target

    target = open_target(workspace)
    try:
        yield target
    finally:
        if target is not None:
            target.close()


def _user(given: str | None) -> str:
    """Who acts: the option, REGCLEAN_USER, else the name under which one is signed in here."""
    try:
        user = (given or os.environ.get("REGCLEAN_USER") or getpass.getuser()).strip()
    except (KeyError, OSError):
        user = ""
    if not user or len(user) > LONGEST_USER:
        raise UsageError("who does this? Name a user of at most 80 characters.", remedy="With --user NAME.")
    return user
