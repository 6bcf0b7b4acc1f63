"""batch build, list, show, approve, reject, export, apply, undo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app, note_written
from regclean.cli.identity import UserOption as User
from regclean.cli.identity import acting, opened
from regclean.cli.listing import Listing, listing
from regclean.errors import counted

if TYPE_CHECKING:
    from regclean.config import Workspace
    from regclean.register import SqlTarget

batch = typer.Typer(name="batch", help="Update batches: build, list, show, approve, export, apply, undo.")
app.add_typer(batch, name="batch", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The batch's number.")]


@batch.command(name="build")
def build(
    title: Annotated[str | None, typer.Option(help="What people call the batch.")] = None,
    finding: Annotated[list[str] | None, typer.Option(help="Only this accepted finding; may be repeated.")] = None,
    user: User = None,
) -> None:
    """Make a batch of the accepted findings, checked against the last night."""
    from regclean import acts
    from regclean.cli.batch_tables import print_build

    with acting(user) as context:
        report = acts.build(context, title=title, only=finding)
    print_build(report)


@batch.command(name="list")
@listing
def list_all() -> Listing:
    """List all batches, newest first."""
    from regclean import batches
    from regclean.cli.batch_tables import list_batches

    with opened() as (_, ledger):
        return list_batches(batches.list_batches(ledger))


@batch.command()
@listing
def show(number: Number) -> Listing:
    """Show a batch line by line: before, after, the register's value now, finding, who decided, who approved."""
    from regclean import batches
    from regclean.cli.batch_tables import list_lines

    with opened() as (workspace, ledger), _target(workspace) as target:
        return list_lines(batches.show(ledger, number, target))


@batch.command()
def approve(number: Number, user: User = None) -> None:
    """Approve a batch, as somebody who has decided nothing of it."""
    from regclean import acts

    with acting(user) as context:
        acts.approve(context, number)
    typer.echo(f"Batch {number} is approved by {context.user.name}.")


@batch.command()
def reject(
    number: Number,
    line: Annotated[list[int], typer.Option(help="The line's number; may be repeated.")],
    reason: Annotated[str, typer.Option(help="Why; the steward reads it.")],
    user: User = None,
) -> None:
    """Send lines of a batch back to the steward; their findings leave the batch."""
    from regclean import acts

    code, note = (reason, "") if reason in acts.SENT_BACK else ("other", reason)
    with acting(user) as context:
        back = acts.send_back(context, number, line, reason=code, note=note)
    typer.echo(f"Sent back to the steward: {counted(len(back), 'finding')}.")


@batch.command()
def export(
    number: Number,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder to write to; or NAME.xlsx, a workbook to read.")
    ],
    user: User = None,
) -> None:
    """Write an approved batch as files: changes.csv, undo.csv, manifest.json, and the rows in the register's columns.

    A workbook holds the rows as they will be: changed cells are coloured, and the old value stands beside them.
    """
    from regclean import acts
    from regclean.resources import write_whole

    with acting(user) as context:
        if output.suffix.lower() == ".xlsx":
            write_whole(output, acts.take_change_book(context, number))
            note_written(output)
            typer.echo(f"Written: {output}")
            return
        names = acts.export(context, number, output)
    typer.echo(f"Written to {output}: {', '.join(names)}")


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
    from regclean import acts, batches
    from regclean.cli.batch_tables import print_outcome, print_seen

    if dry_run:
        with opened() as (workspace, ledger), _target(workspace) as target:
            seen = batches.dry_run(ledger, target or batches.last_extract(workspace, ledger), number)
            print_seen(batches.show(ledger, number), seen)
        if any(one.status in ("changed", "gone") for one in seen):
            raise typer.Exit(1)
        return
    with acting(user) as context:
        outcome = acts.apply(context, number, whole=all_or_nothing)
        print_outcome(batches.show(context.ledger, number), outcome, "Applied")
    if outcome.conflict:
        raise typer.Exit(1)


@batch.command()
def undo(
    number: Number,
    finding: Annotated[str | None, typer.Option(help="Only what this finding changed.")] = None,
    user: User = None,
) -> None:
    """Take a batch back, or one finding of it; what others have edited since is kept and listed."""
    from regclean import acts, batches
    from regclean.cli.batch_tables import print_outcome

    with acting(user) as context:
        outcome = acts.undo(context, number, finding)
        print_outcome(batches.show(context.ledger, number), outcome, "Taken back")
    if outcome.conflict:
        raise typer.Exit(1)


@contextmanager
def _target(workspace: Workspace) -> Iterator[SqlTarget | None]:
    from regclean.register import open_target

    target = open_target(workspace)
    try:
        yield target
    finally:
        if target is not None:
            target.close()
