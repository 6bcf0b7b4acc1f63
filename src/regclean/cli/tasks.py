"""tasks list, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regclean.cli.app import app
from regclean.cli.identity import UserOption, acting
from regclean.cli.listing import Listing, form_of, listing, write

tasks = typer.Typer(name="tasks", help="What was accepted and waits for somebody's answer: list, export, import.")
app.add_typer(tasks, name="tasks", no_args_is_help=True)
Owner = Annotated[str | None, typer.Option(help="Of this person alone.")]


@tasks.command(name="list")
@listing
def list_them(owner: Owner = None, user: UserOption = None) -> Listing:
    """List the tasks that wait, those due first on top."""
    from regclean import acts

    with acting(user) as context:
        return Listing(acts.task_sheet(acts.list_tasks(context, owner=owner)))


@tasks.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The sheet to write: csv or xlsx.")],
    owner: Owner = None,
    user: UserOption = None,
) -> None:
    """Write the tasks as a sheet: an answer is filled in under 'value', 'outcome' or 'note'."""
    from regclean import acts

    form_of(output)
    with acting(user) as context:
        sheet = acts.task_sheet(acts.list_tasks(context, owner=owner), to_fill_in=True)
    write(sheet, output)
    typer.echo(
        f"Tasks: {sheet.height:,}, into {output}. Fill in 'value', 'outcome' or 'note', then: "
        f"regclean tasks import --from {output}"
    )


@tasks.command(name="import")
def import_them(
    source: Annotated[Path, typer.Option("--from", help="The sheet with its answers.")],
    accept: Annotated[bool, typer.Option("--accept", help="Accept the answers of this sheet at once.")] = False,
    user: UserOption = None,
) -> None:
    """Take the answers of a sheet, for a steward to accept; lines without one wait."""
    from regclean import acts

    with acting(user) as context:
        answers = acts.read_answers(source)
        report = acts.answer_tasks(context, answers)
        refused = {refusal.number: refusal.why for refusal in report.refused}
        told = {one.finding_id: one.number for one in answers if one.number not in refused}
        accepted = 0
        if accept:
            seen = {task.seen: task.finding_id for task in acts.list_tasks(context) if task.to_accept}
            seen = {one: finding_id for one, finding_id in seen.items() if finding_id in told}
            decided = acts.accept_answers(context, list(seen))
            accepted = decided.taken
            numbers = [told[finding_id] for finding_id in seen.values()]
            refused |= {numbers[refusal.number - 1]: refusal.why for refusal in decided.refused}
    counts = f"Answers taken: {report.taken:,}; had been said already: {report.repeated:,}; refused: {len(refused):,}."
    typer.echo(f"{counts} Accepted: {accepted:,}." if accept else counts)
    if report.taken and not accept:
        typer.echo("They wait for a steward to accept them, on the page of tasks.")
    for number, why in sorted(refused.items()):
        typer.echo(f"line {number}: {why}", err=True)
    if refused:
        raise typer.Exit(1)
