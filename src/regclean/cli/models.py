"""train, and model list, compare, use, back, export."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from regclean.cli.app import app
from regclean.cli.identity import UserOption, acting, opened, signed_in
from regclean.cli.listing import Listing, listing

model = typer.Typer(name="model", help="The linkage's models: list, compare, use, back, export.")
app.add_typer(model, name="model", no_args_is_help=True)

NumberOption = Annotated[int | None, typer.Argument(help="The version; by default the newest.")]


@app.command()
def train(
    compare: Annotated[bool, typer.Option("--compare", help="Show the new model beside the old one.")] = False,
) -> None:
    """Train a new linkage model from the register, the decisions and the blind labels; the old one is kept."""
    from regclean.cli.model_tables import print_training
    from regclean.domain.register import subject_text
    from regclean.ledger import Entry, append
    from regclean.linkage import train as train_models
    from regclean.night import open_published, today

    with opened() as (workspace, ledger):
        warehouse, run_id = open_published(workspace)
        with warehouse.read(run_id) as connection:
            report = train_models(
                connection, trained_at=today(workspace).isoformat(), **_given(workspace, ledger, connection)
            )
            hidden = _hidden(ledger, connection)
        account = signed_in(workspace, ledger)
        actor = account.name if account else f"shell:{getpass.getuser()}"[:80]
        detail = {"new": report.new, "taken": report.taken}
        subject = subject_text("models", ",".join(f"{name}-{version}" for name, version in sorted(report.new.items())))
        with ledger.write() as writing:
            append(writing, Entry(datetime.now(UTC), actor, "model_train", subject, detail=detail))
    print_training(report, hidden if compare else None)


@model.command(name="list")
@listing
def list_all() -> Listing:
    """List the stored models, which are in force, and how many links of the last night each one made."""
    from regclean.cli.model_tables import models_table
    from regclean.linkage import chosen, stored
    from regclean.night import open_published
    from regclean.warehouse import rows

    with opened() as (workspace, _):
        folder, country = workspace.var / "models", workspace.config.country
        warehouse, run_id = open_published(workspace)
        links: dict[tuple[str, int], int] = {}
        if run_id is not None:
            query = "SELECT model, model_version, count(*) FROM pairs WHERE relation = 'same' GROUP BY ALL"
            with warehouse.read(run_id) as connection:
                links = {(name, version): count for name, version, count in rows(connection, query)}
        return models_table(stored(folder, country), chosen(folder, country), links)


@model.command()
@listing
def compare(number: NumberOption = None) -> Listing:
    """Show a version beside the one in force: on held-back labels, on decided pairs, and on the register's clusters."""
    from regclean.cli.model_tables import print_comparison
    from regclean.linkage import compare as compare_models
    from regclean.night import open_published

    with opened() as (workspace, ledger):
        warehouse, run_id = open_published(workspace)
        with warehouse.read(run_id) as connection:
            found = compare_models(connection, number=number, **_given(workspace, ledger, connection))
            hidden = _hidden(ledger, connection)
    shown = found.without(hidden)
    return Listing(printed=lambda: print_comparison(shown), document=asdict(shown) | {"better": shown.better})


@model.command()
def use(number: Annotated[int, typer.Argument(help="The version.")], user: UserOption = None) -> None:
    """Put a stored version in force, from the next night on."""
    from regclean import acts

    with acting(user) as context:
        _say(acts.use_model(context, number))


@model.command()
def back(user: UserOption = None) -> None:
    """Put in force what was in force before: one step back."""
    from regclean import acts

    with acting(user) as context:
        _say(acts.go_back(context))


@model.command()
def export(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="A folder, or a file for the person model's settings; the others beside it."
        ),
    ],
) -> None:
    """Write the models in force in open formats: Splink's settings, the posterior with a reference scorer, and charts."""
    from regclean.errors import InputError, UsageError
    from regclean.linkage import export as export_models
    from regclean.linkage import models_in_force
    from regclean.outside import unavailable

    if output.suffix not in ("", ".json") and not output.is_dir():
        raise UsageError("the settings are written as json.", file=output, remedy="Name a folder or a file in .json.")
    with opened() as (workspace, _):
        found = models_in_force(workspace.var / "models", workspace.config.country)
        if not found:
            raise InputError("no linkage model has been trained here yet.", remedy="Start a night: regclean run")
        try:
            written = export_models(found, output)
        except OSError as error:
            raise unavailable(error, output) or InputError("the model cannot be written.", file=output) from error
    for path in written:
        typer.echo(str(path))


def _given(workspace: Any, ledger: Any, connection: Any) -> dict[str, Any]:
    """What models are learnt from and judged by, beside the night itself."""
    from regclean.findings import decided_edges, standing
    from regclean.quality import blind_labels

    return {
        "country": workspace.config.country,
        "settings": workspace.config.section("linkage"),
        "models": workspace.var / "models",
        "decided": standing(connection, decided_edges(ledger)),
        "labels": blind_labels(ledger),
    }


def _hidden(ledger: Any, connection: Any) -> frozenset[str]:
    from regclean.findings import ever_hidden, hidden_customers

    with hidden_customers(connection, ever_hidden(ledger)) as hidden:
        return hidden


def _say(now: dict[str, int]) -> None:
    chosen = ", ".join(f"{name} {version}" for name, version in sorted(now.items()))
    typer.echo(f"In force from the next night on: {chosen}. To link with it now: regclean run")
