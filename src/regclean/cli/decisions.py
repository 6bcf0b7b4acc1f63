"""decide, batch."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from regclean.cli.app import app, workspace_folder


@app.command()
def decide(
    source: Annotated[
        Path, typer.Option("--from", help="The decisions, as csv: finding_id or a pair, verdict, user, …")
    ],
) -> None:
    """Record decisions from a file: the same as on the page."""
    from regclean.cli.summary import print_decisions
    from regclean.config import load_workspace
    from regclean.findings.decide import read_decisions, record
    from regclean.ledger import opened

    with opened(load_workspace(workspace_folder()).ledger_url) as ledger:
        report = record(ledger, read_decisions(source), now=datetime.now(UTC))
    print_decisions(report)
    if report.refused:
        raise typer.Exit(1)
