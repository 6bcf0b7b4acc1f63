"""decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regclean.cli.app import app
from regclean.cli.identity import UserOption, acting


@app.command()
def decide(
    source: Annotated[
        Path, typer.Option("--from", help="The decisions, as csv: finding_id or a pair, verdict, user, …")
    ],
    user: UserOption = None,
) -> None:
    """Record one's own decisions from a file: the same as on the page."""
    from regclean import acts
    from regclean.cli.summary import print_decisions
    from regclean.findings.decide import read_decisions

    with acting(user) as context:
        report = acts.decide_all(context, read_decisions(source))
    print_decisions(report)
    if report.refused:
        raise typer.Exit(1)
