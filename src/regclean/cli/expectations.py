"""expectations export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regclean.cli.app import app

expectations = typer.Typer(name="expectations", help="The quality gates, for Great Expectations: export.")
app.add_typer(expectations, name="expectations", no_args_is_help=True)


@expectations.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    nights: Annotated[int, typer.Option(help="The results of how many nights, the last one first.", min=0)] = 1,
) -> None:
    """Write the gates as a project that plain Great Expectations opens: suites, checkpoints, the last results, Data Docs."""
    from regclean.checks import export_project
    from regclean.cli.identity import opened
    from regclean.errors import UsageError
    from regclean.home import own_expectations
    from regclean.outside import unavailable

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("a project is not written over what is there.", file=folder, remedy="Name a new folder.")
    with opened() as (workspace, _):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            suites, results = export_project(folder, workspace.var, own_expectations(workspace), nights)
        except OSError as error:
            raise unavailable(error, folder) or UsageError("the folder cannot be written.", file=folder) from error
    typer.echo(f"{suites} suites, {results} results: {folder}")
    typer.echo(f'Open it: great_expectations.get_context(mode="file", project_root_dir="{folder}")')
    typer.echo(f"Data Docs: {folder / 'gx/uncommitted/data_docs/local_site/index.html'}")
