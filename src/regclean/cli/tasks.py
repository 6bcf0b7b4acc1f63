"""tasks list, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regclean.cli.app import app
from regclean.cli.identity import UserOption, acting
from regclean.cli.listing import Listing, form_of, listing, write

if TYPE_CHECKING:
    import polars as pl

    from regclean.acts import Task

tasks = typer.Typer(name="tasks", help="What was accepted and waits for somebody's answer: list, export, import.")
app.add_typer(tasks, name="tasks", no_args_is_help=True)
Owner = Annotated[str | None, typer.Option(help="Of this person alone.")]


@tasks.command(name="list")
@listing
def list_them(owner: Owner = None, user: UserOption = None) -> Listing:
    """List the tasks that wait, oldest first."""
    from regclean import acts

    with acting(user) as context:
        return Listing(_sheet(acts.list_tasks(context, owner=owner)))


@tasks.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The sheet to write: csv or xlsx.")],
    owner: Owner = None,
    user: UserOption = None,
) -> None:
    """Write the tasks as a sheet: an answer is filled in under 'value' or 'note'."""
    import polars as pl

    from regclean import acts

    form_of(output)
    with acting(user) as context:
        sheet = _sheet(acts.list_tasks(context, owner=owner))
    empty = pl.lit(None, dtype=pl.String)
    write(sheet.with_columns(empty.alias("value"), empty.alias("note")), output)
    typer.echo(
        f"Tasks: {sheet.height:,}, into {output}. Fill in 'value' or 'note', then: regclean tasks import --from {output}"
    )


@tasks.command(name="import")
def import_them(
    source: Annotated[Path, typer.Option("--from", help="The sheet with its answers.")], user: UserOption = None
) -> None:
    """Take the answers of a sheet; lines without one wait."""
    from regclean import acts
    from regclean.cli.task_sheets import read_answers

    with acting(user) as context:
        answers = read_answers(source)
        report = acts.answer_tasks(context, answers)
    typer.echo(
        f"Answers taken: {report.taken:,}; had been said already: {report.repeated:,}; refused: {len(report.refused):,}."
    )
    for refusal in report.refused:
        typer.echo(f"line {refusal.number}: {refusal.why}", err=True)
    if report.refused:
        raise typer.Exit(1)


def _sheet(found: list[Task]) -> pl.DataFrame:
    import polars as pl

    names = ("finding_id", "rule", "asks", "label", "subject", "column", "owner", "since", "says")
    schema = {name: pl.Date if name == "since" else pl.String for name in names}
    return pl.DataFrame([[getattr(one, name) for name in names] for one in found], schema=schema, orient="row")
